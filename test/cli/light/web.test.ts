import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as light from '../../../src/cli/light/web.ts';

const platform = { Headers: globalThis.Headers, Response: globalThis.Response };
type Pair = [string, string];

/** The result of `run`, or what kind of error it threw: the platform's errors come from another realm and say it in other words. */
function outcome<T>(run: () => T): T | { readonly threw: string } {
  try {
    return run();
  } catch (error) {
    return { threw: (error as Error).name };
  }
}

const name = fc.oneof(
  fc.constantFrom('Content-Type', 'content-type', 'Set-Cookie', 'set-cookie', 'WWW-Authenticate', 'a', 'B'),
  fc.string({ maxLength: 5 }),
);
const value = fc.oneof(
  fc.string({ maxLength: 10, unit: 'binary-ascii' }),
  fc.string({ maxLength: 5 }),
  fc.constantFrom(' a ', 'x\r\ny: z', 'é', '€', '\u0000', ''),
);
const pairs = fc.array(fc.tuple(name, value), { maxLength: 6 });

describe('the CLI bundle has Headers that behave as the platform’s', () => {
  const facts = (headers: Headers | light.Headers) => ({
    entries: [...headers],
    keys: [...headers.keys()],
    values: [...headers.values()],
    cookies: headers.getSetCookie(),
    tag: Object.prototype.toString.call(headers),
    type: headers.get('CONTENT-TYPE'),
    has: headers.has('set-cookie'),
  });

  test('made from any pairs', () => {
    fc.assert(
      fc.property(pairs, (from) => {
        expect(outcome(() => facts(new light.Headers(from)))).toEqual(outcome(() => facts(new platform.Headers(from))));
      }),
    );
  });

  test('made from any object and copied', () => {
    fc.assert(
      fc.property(pairs, (from) => {
        const object = Object.fromEntries(from);
        expect(outcome(() => facts(new light.Headers(new light.Headers(object))))).toEqual(
          outcome(() => facts(new platform.Headers(new platform.Headers(object)))),
        );
      }),
    );
  });

  test('through any sequence of changes', () => {
    const change = fc.record({ how: fc.constantFrom('append', 'set', 'delete'), name, value });
    fc.assert(
      fc.property(pairs, fc.array(change, { maxLength: 8 }), (from, changes) => {
        const run = (headers: Headers | light.Headers) =>
          changes.map((one) =>
            outcome(() => (one.how === 'delete' ? headers.delete(one.name) : headers[one.how as 'set'](one.name, one.value))),
          );
        const made = outcome(() => ({ ours: new light.Headers(from), theirs: new platform.Headers(from) }));
        if ('threw' in made) return;
        expect(run(made.ours)).toEqual(run(made.theirs));
        expect(facts(made.ours)).toEqual(facts(made.theirs));
      }),
    );
  });

  test('forEach hands over value, name and the object itself', () => {
    const headers = new light.Headers({ b: '2', a: '1' });
    const seen: unknown[] = [];
    headers.forEach(function (this: unknown, ...parameters) {
      seen.push([this, ...parameters]);
    }, 'self');
    expect(seen).toEqual([
      ['self', '1', 'a', headers],
      ['self', '2', 'b', headers],
    ]);
  });

  test.each([[null], ['text'], [[['one']]], [[['one', 'two', 'three']]]])('%j makes none', (source) => {
    expect(() => new light.Headers(source as unknown as Pair[])).toThrow(TypeError);
  });
});

describe('the CLI bundle has a Response that behaves as the platform’s', () => {
  const body = fc.oneof(
    fc.constant(null),
    fc.string({ unit: 'grapheme' }),
    fc.json(),
    fc.uint8Array({ maxLength: 20 }),
    fc.constantFrom('\ufeff{"bom":true}', ''),
  );
  const status = fc.oneof(
    fc.constantFrom(101, 199, 200, 204, 205, 299, 300, 304, 400, 401, 429, 599, 600),
    fc.integer({ min: 0, max: 700 }),
  );

  async function facts(make: () => Response | light.Response) {
    const made = outcome(make);
    if ('threw' in made) return made;
    const settled = async (promise: Promise<unknown>) => promise.catch((error: Error) => ({ threw: error.name }));
    const copy = made.clone();
    return {
      status: made.status,
      statusText: made.statusText,
      ok: made.ok,
      headers: [...made.headers],
      bodyless: made.body === null,
      tag: Object.prototype.toString.call(made),
      text: await settled(made.text()),
      used: made.bodyUsed,
      again: made.bodyUsed && (await settled(made.text())),
      recopied: outcome(() => made.clone().status),
      json: JSON.stringify(await settled(copy.clone().json())),
      bytes: [...new Uint8Array(await copy.arrayBuffer())],
    };
  }

  test('for any body, status and content type', async () => {
    await fc.assert(
      fc.asyncProperty(body, status, fc.option(fc.constantFrom('application/json', 'text/html')), async (from, code, type) => {
        const init = { status: code, statusText: 'Fine', ...(type !== null && { headers: { 'content-type': type } }) };
        const ours = await facts(() => new light.Response(from as string | null, init));
        expect(ours).toEqual(await facts(() => new platform.Response(from as string | null, init)));
      }),
    );
  });

  test('a form has its content type', () => {
    expect(new light.Response(new URLSearchParams({ a: 'b c' })).headers.get('content-type')).toBe(
      'application/x-www-form-urlencoded;charset=UTF-8',
    );
  });

  test('a cancelled body counts as read', async () => {
    const response = new light.Response('x');
    await response.body?.cancel();
    expect(response.bodyUsed).toBe(true);
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  test('changing the bytes afterwards changes nothing', async () => {
    const bytes = new TextEncoder().encode('before');
    const response = new light.Response(bytes);
    bytes.fill(0);
    await expect(response.text()).resolves.toBe('before');
  });
});
