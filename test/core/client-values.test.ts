/** What a client proves itself with from one request to the next: an assertion made elsewhere is good for one of them. */
import { describe, expect, test } from '@jest/globals';
import { ClientValues } from '../../src/core/client-values.ts';
import type { Grant } from '../../src/core/contracts.ts';
import type { Lazy, PadlockError } from '../../src/index.ts';
import { type Fake, fakeProvider, METADATA, noon, padlockAt, tokens } from './fake-provider.ts';

const DEVICE = { device_code: 'dc', user_code: 'WDJB-MJHT', verification_uri: 'https://id.test/device', expires_in: 600 };
const refused = (error: string): Fake => ({ status: error === 'invalid_client' ? 401 : 400, body: { error } });
const pending = refused('authorization_pending');

function scene(clientAssertion: Lazy<string>, ...token: readonly Fake[]) {
  const fake = fakeProvider(...token);
  fake.metadata = { ...METADATA, device_authorization_endpoint: `${METADATA.issuer}device` };
  fake.others = { '/device': { body: DEVICE } };
  const ports = { notices: { show: () => {}, warn: () => {} } };
  const padlock = padlockAt(fake, { flow: 'device-code', clientAuth: 'client-assertion', clientAssertion, ports });
  const sent = (): readonly (string | null)[] =>
    fake.requests.filter(({ method }) => method === 'POST').map(({ body }) => new URLSearchParams(body).get('client_assertion'));
  return { others: fake.others, padlock, sent };
}

/** What somebody else signs: another one each time. */
function workload(): () => string {
  let made = 0;
  return () => `assertion-${++made}`;
}

const hintOf = async (signing: Promise<unknown>): Promise<string | undefined> =>
  signing.then(
    () => undefined,
    ({ code, hint }: PadlockError) => `${code}: ${hint}`,
  );

describe('an assertion from a function', () => {
  test('is fetched once for each request of a flow, of a refresh and of a sign-out', async () => {
    const { padlock, sent } = scene(workload(), pending, pending, { body: tokens() });
    await padlock.authenticate();
    expect(sent()).toEqual(['assertion-1', 'assertion-2', 'assertion-3', 'assertion-4']);
    await padlock.token({ refresh: true });
    await padlock.logout();
    const all = sent();
    expect(all.length).toBeGreaterThanOrEqual(6);
    expect(new Set(all).size).toBe(all.length);
  });

  test('that fails later ends the flow, with what it threw', async () => {
    let asked = 0;
    const assertion = async (): Promise<string> => {
      if (++asked > 2) throw new Error('the agent is gone');
      return `assertion-${asked}`;
    };
    const { padlock, sent } = scene(assertion, pending);
    await expect(padlock.authenticate()).rejects.toThrow('the agent is gone');
    expect(sent()).toEqual(['assertion-1', 'assertion-2']);
  });
});

describe('an assertion whose first request comes late, since a human takes their time', () => {
  const signIn = async (milliseconds: number, clientAssertion: Lazy<string> = workload()): Promise<string | null> => {
    let now = noon.now();
    const slow: Grant = {
      kind: 'grant',
      name: 'slow',
      summary: 'waits for a human',
      async acquire(_, host) {
        now += milliseconds;
        return host.exchange('urn:example:slow', {});
      },
    };
    const fake = fakeProvider({ body: tokens() });
    const ports = { clock: { ...noon, now: () => now } };
    await padlockAt(fake, {
      flow: 'slow',
      plugins: [{ apiVersion: 1, name: 'acme', strategies: [slow] }],
      clientAuth: 'client-assertion',
      clientAssertion,
      ports,
    }).authenticate();
    return new URLSearchParams(fake.requests.at(-1)?.body).get('client_assertion');
  };

  test.each([
    [0, 'assertion-1'],
    [30_000, 'assertion-1'],
    [30_001, 'assertion-2'],
  ])('%i ms later is %s', async (milliseconds, sent) => {
    expect(await signIn(milliseconds)).toBe(sent);
  });

  test('is fetched anew also when the clock was set back', async () => {
    let now = noon.now();
    const values = new ClientValues({ assertion: 'one' }, async () => ({ assertion: 'two' }), { now: () => now });
    now -= 30_001;
    expect([await values.next(), values.repeated]).toEqual([{ assertion: 'two' }, undefined]);
  });

  test('is the same where there is no other, and nobody is told that it was sent before', async () => {
    expect(await signIn(60_000, 'a.b.c')).toBe('a.b.c');
  });
});

describe('an assertion that is given as a text', () => {
  test('is sent again: a provider may take it', async () => {
    const { padlock, sent } = scene('a.b.c', pending, { body: tokens() });
    await padlock.authenticate();
    expect(sent()).toEqual(['a.b.c', 'a.b.c', 'a.b.c']);
  });

  test('and is not taken again is told so, with where new ones come from', async () => {
    const { padlock } = scene('a.b.c', refused('invalid_client'));
    expect(await hintOf(padlock.authenticate())).toMatch(/^client_invalid: .*take it once.*--client-assertion-source/);
  });

  test('and is not taken at the first time may be wrong in itself', async () => {
    const fake = scene('a.b.c');
    fake.others['/device'] = refused('invalid_client');
    expect(await hintOf(fake.padlock.authenticate())).toMatch(/^client_invalid: Check --client-id and what proves it/);
  });
});
