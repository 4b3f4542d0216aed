import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCompact, parsePayload } from '../../src/core/compact.ts';
import { claims, codeOf, keyFor, segment, token } from './forge.ts';

const signer = keyFor('ES256');
const good = token(signer);
const [head = '', body = '', tail = ''] = good.split('.');
const withHeader = (header: unknown): string => `${segment(header)}.${body}.${tail}`;

describe('a compact token', () => {
  test('comes apart into its header, payload, signature and what was signed', () => {
    const parsed = parseCompact(good, 'id');
    expect(parsed.header).toEqual({ alg: 'ES256', kid: 'k-ES256' });
    expect(parsePayload(parsed.payload)).toEqual(claims());
    expect(Buffer.from(parsed.signature).toString('base64url')).toBe(tail);
    expect(parsed.signingInput).toBe(`${head}.${body}`);
  });

  test('may hold any bytes: only claims have to be JSON', () => {
    expect(Buffer.from(parseCompact(`${head}.${segment('not JSON')}.${tail}`).payload).toString()).toBe('not JSON');
  });

  const malformed: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['one part', head],
    ['two parts', `${head}.${body}`],
    ['four parts', `${good}.x`],
    ['six parts', `${good}.x.y.z`],
    ['a newline behind it', `${good}\n`],
    ['a space before it', ` ${good}`],
    ['a space in the header', `${head.slice(0, 4)} ${head.slice(4)}.${body}.${tail}`],
    ['a space in the payload', `${head}.${body.slice(0, 4)} ${body.slice(4)}.${tail}`],
    ['a space in the signature', `${head}.${body}.${tail.slice(0, 4)} ${tail.slice(4)}`],
    ['padding', `${head}.${body}.${tail}==`],
    ['a question mark', `${head}.${body}.${tail}?`],
    ['the other base64 alphabet', `${head}.${body}.+/+/`],
    ['a lone character', `${head}.${body}.A`],
    ['loose bits at the end of the signature', `${head}.${body}.AB`],
    ['loose bits at the end of the payload', `${head}.eyJ.${tail}`],
    ['an empty header', `.${body}.${tail}`],
    ['a header that is not JSON', `${segment('{alg:ES256}')}.${body}.${tail}`],
    ['a header that is an array', withHeader(['ES256'])],
    ['a header that is null', withHeader(null)],
    ['a header with a member twice', `${segment('{"alg":"none","alg":"ES256"}')}.${body}.${tail}`],
    ['a header that is not UTF-8', `${segment(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]))}.${body}.${tail}`],
    ['compression', withHeader({ alg: 'ES256', zip: 'DEF' })],
    ['the JSON form', JSON.stringify({ payload: body, protected: head, signature: tail })],
    ['a signature of two megabytes', `${head}.${body}.${'A'.repeat(2_000_000)}`],
    ['a signature that no algorithm makes', `${head}.${body}.${'A'.repeat(12_000)}`],
    ['more than two megabytes', `${head}.${'A'.repeat(2_100_000)}.${tail}`],
  ];
  test.each(malformed)('with %s is malformed', async (_, text) => {
    expect(await codeOf(() => parseCompact(text))).toBe('token_malformed');
  });

  test('may be as long as a token and a signature can be', async () => {
    const signed = (bytes: number): string => Buffer.alloc(bytes).toString('base64url');
    expect(await codeOf(() => parseCompact(`${head}.${body}.${signed(8192)}`))).toBeUndefined();
    expect(await codeOf(() => parseCompact(`${head}.${body}.${signed(8193)}`))).toBe('token_malformed');
    const room = 2_097_152 - `${head}..${tail}`.length;
    expect(await codeOf(() => parseCompact(`${head}.${'A'.repeat(room)}.${tail}`))).toBeUndefined();
    expect(await codeOf(() => parseCompact(`${head}.${'A'.repeat(room + 1)}.${tail}`))).toBe('token_malformed');
  });

  test('says which part of it is not the JSON of a token', () => {
    expect(() => parseCompact(`${segment('{alg:ES256}')}.${body}.${tail}`)).toThrow("The token's header is not the JSON a token may hold");
    expect(() => parsePayload(Buffer.from('{'))).toThrow("The token's payload is not the JSON a token may hold");
  });

  test('that is no text at all is malformed', async () => {
    for (const value of [undefined, null, 1, {}, ['a.b.c']])
      expect(await codeOf(() => parseCompact(value as string))).toBe('token_malformed');
  });

  test('of five parts is encrypted (BCP 42)', async () => {
    expect(await codeOf(() => parseCompact(`${head}.${body}.${tail}.${body}.${tail}`))).toBe('token_encrypted');
  });

  test.each([[{ crit: ['exp'] }], [{ crit: [] }], [{ crit: ['b64'], b64: false }], [{ b64: false }], [{ b64: true }]])(
    'that demands extensions with %j is refused',
    async (more) => {
      expect(await codeOf(() => parseCompact(withHeader({ alg: 'ES256', ...more })))).toBe('token_crit');
    },
  );

  test.each(['JWT', 'jwt', 'application/jwt', 'Application/JWT'])('of type %s may be an ID token and an access token', async (typ) => {
    const text = withHeader({ alg: 'ES256', typ });
    expect(await codeOf(() => parseCompact(text, 'id'))).toBeUndefined();
    expect(await codeOf(() => parseCompact(text, 'access'))).toBeUndefined();
  });

  test.each(['at+jwt', 'application/at+jwt', 'AT+JWT'])('of type %s is an access token and no ID token (BCP 48)', async (typ) => {
    const text = withHeader({ alg: 'ES256', typ });
    expect(await codeOf(() => parseCompact(text, 'id'))).toBe('token_type');
    expect(await codeOf(() => parseCompact(text, 'access'))).toBeUndefined();
  });

  test.each([
    'logout+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'oauth-authz-req+jwt',
    'japplication/wt',
    'JWE',
    'JOSE',
    '',
    null,
    1,
    ['JWT', 'x'],
    {},
  ])('of type %j is neither', async (typ) => {
    const text = withHeader({ alg: 'ES256', typ });
    expect(await codeOf(() => parseCompact(text, 'id'))).toBe('token_type');
    expect(await codeOf(() => parseCompact(text, 'access'))).toBe('token_type');
    expect(await codeOf(() => parseCompact(text))).toBeUndefined();
  });

  test('that is signed user information may say that it is a JWT, and nothing else', async () => {
    expect(await codeOf(() => parseCompact(withHeader({ alg: 'ES256', typ: 'JWT' }), 'userinfo'))).toBeUndefined();
    expect(() => parseCompact(withHeader({ alg: 'ES256', typ: 'at+jwt' }), 'userinfo')).toThrow(
      '"at+jwt" is not that of a userinfo answer',
    );
  });

  test('that holds another token is refused (BCP 42)', async () => {
    expect(await codeOf(() => parseCompact(withHeader({ alg: 'ES256', cty: 'JWT' }), 'id'))).toBe('token_type');
  });

  test('of any text comes apart or is refused with a code of its own', async () => {
    const texts = fc.oneof(
      fc.string(),
      fc.array(fc.string(), { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
      fc.tuple(fc.json(), fc.json()).map(([a, b]) => `${segment(a)}.${segment(b)}.`),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const code = await codeOf(() => parsePayload(parseCompact(text, 'id').payload));
        expect([undefined, 'token_malformed', 'token_encrypted', 'token_crit', 'token_type']).toContain(code);
      }),
    );
  });
});

describe('claims', () => {
  test.each(['"text"', '[]', 'null', '1', '{"a":1,"a":2}', '{"a":{"b":1,"b":2}}', '{', '', '[['.repeat(50_000)])(
    'that read %.20s are malformed',
    async (text) => {
      expect(await codeOf(() => parsePayload(Buffer.from(text)))).toBe('token_malformed');
    },
  );

  test('cannot change the prototype of an object', () => {
    const payload = parsePayload(Buffer.from('{"sub":"x","__proto__":{"admin":true}}'));
    expect((payload as { admin?: boolean }).admin).toBeUndefined();
    expect(Object.keys(payload)).toEqual(['sub']);
  });
});
