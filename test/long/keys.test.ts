/** Which requests a sign-in makes, and what it does when the provider's keys change. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { noHost } from '../../src/core/headless.ts';
import { createPadlock, type Padlock, type PadlockOptions } from '../../src/index.ts';
import { type ClientVariant, type Endpoint, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { generateKeys, type PrivateJwk } from '../../src/sandbox/state.ts';
import { MemoryFiles } from '../core/config-fixture.ts';

let running: Sandbox | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function start(options: Parameters<typeof startSandbox>[0] = {}): Promise<Sandbox> {
  running = await startSandbox(options);
  return running;
}

/** The same provider, at the same place with the same secrets, with other keys. */
async function rotate(idp: Sandbox, keys?: readonly PrivateJwk[]): Promise<Sandbox> {
  const { port, secrets } = idp.state();
  await idp.close();
  return start({ port, secrets, keys: keys ?? (await generateKeys()) });
}

/** A process of a user: what earlier ones kept is in `files`. */
function processOf(idp: Sandbox, files: MemoryFiles, variant: ClientVariant = 'rs256'): Padlock {
  const { username, password } = idp.user;
  const ports: PadlockOptions['ports'] = {
    clock: idp.clock,
    files,
    host: { ...noHost, directories: { config: '/config', cache: '/cache', state: '/state' } },
  };
  return createPadlock({ ...idp.client('password', variant), values: { username, password }, ports });
}

const endpoints = (idp: Sandbox): readonly Endpoint[] => idp.requests.all.map(({ endpoint }) => endpoint).sort();
const publicOnly = ({ kty, kid, use, alg, n, e, crv, x, y }: PrivateJwk): Record<string, string> =>
  JSON.parse(JSON.stringify({ kty, kid, use, alg, n, e, crv, x, y })) as Record<string, string>;
const rsaOf = (idp: Sandbox): Record<string, string> => publicOnly(idp.state().keys.find(({ kty }) => kty === 'RSA') as PrivateJwk);
const SIGNED_IN = { user: { name: 'Robin Percy' } };
const codeOf = (padlock: Padlock): Promise<unknown> =>
  padlock.authenticate().then(
    () => undefined,
    ({ code }: { code: string }) => code,
  );

describe('a sign-in', () => {
  test('asks for the keys beside the token, not after it', async () => {
    const idp = await start();
    for (const endpoint of ['token', 'jwks'] as const) idp.next(endpoint, { delay: 500 });
    await processOf(idp, new MemoryFiles()).authenticate();
    expect(endpoints(idp)).toEqual(['discovery', 'jwks', 'token']);
    const [token, keys] = (['token', 'jwks'] as const).map((endpoint) => idp.requests.at(endpoint)[0]?.at ?? Number.NaN);
    expect(Math.abs(Number(token) - Number(keys))).toBeLessThan(400);
  });

  test.each<[ClientVariant, readonly Endpoint[]]>([
    ['rs256', ['discovery', 'jwks', 'token']],
    ['hs256', ['discovery', 'token']],
  ])('with %s is one request when the rest is known from before', async (variant, cold) => {
    const idp = await start();
    const files = new MemoryFiles();
    const first = processOf(idp, files, variant);
    await first.authenticate();
    expect(endpoints(idp)).toEqual(cold);
    idp.requests.clear();
    await first.authenticate();
    await processOf(idp, files, variant).authenticate();
    expect(endpoints(idp)).toEqual(['token', 'token']);
  });

  test('believes keys for ten minutes and metadata for an hour at most, whatever the provider says', async () => {
    const idp = await start();
    const files = new MemoryFiles();
    const headers = { 'cache-control': 'max-age=86400' };
    idp.next('discovery', { headers });
    idp.next('jwks', { headers, repeat: 2 });
    const asked: (readonly Endpoint[])[] = [];
    for (const seconds of [0, 590, 20, 3000]) {
      idp.advance(seconds);
      idp.requests.clear();
      await processOf(idp, files).authenticate();
      asked.push(endpoints(idp));
    }
    expect(asked).toEqual([['discovery', 'jwks', 'token'], ['token'], ['jwks', 'token'], ['discovery', 'jwks', 'token']]);
  });

  test('finds the keys where discovery says they are', async () => {
    const idp = await start();
    const keys = idp.state().keys.map(publicOnly);
    for (const place of ['/keys-of-monday', '/keys-of-tuesday']) {
      idp.requests.clear();
      idp.next('discovery', { response: { jwks_uri: `${idp.issuer}${place}` } });
      idp.next('other', { body: { keys } });
      await expect(processOf(idp, new MemoryFiles()).authenticate()).resolves.toMatchObject(SIGNED_IN);
      expect([endpoints(idp), idp.requests.at('other').map(({ path }) => path)]).toEqual([['discovery', 'other', 'token'], [place]]);
    }
  });
});

describe('after the provider changed its keys', () => {
  test.each<[string, (before: Padlock, idp: Sandbox, files: MemoryFiles) => Padlock]>([
    ['the next process', (_, idp, files) => processOf(idp, files)],
    ['the same process', (before) => before],
  ])('%s fetches them once more and signs in', async (_, next) => {
    const before = await start();
    const files = new MemoryFiles();
    const padlock = processOf(before, files);
    await padlock.authenticate();
    const after = await rotate(before);
    await expect(next(padlock, after, files).authenticate()).resolves.toMatchObject(SIGNED_IN);
    expect(endpoints(after)).toEqual(['jwks', 'token']);
    after.requests.clear();
    await processOf(after, files).authenticate();
    expect(endpoints(after)).toEqual(['token']);
  });

  test('a name that was used again for another key is no obstacle', async () => {
    const before = await start();
    const files = new MemoryFiles();
    await processOf(before, files).authenticate();
    const names = before.state().keys.map(({ kid }) => kid);
    const after = await rotate(
      before,
      (await generateKeys()).map((key, at) => ({ ...key, kid: String(names[at]) })),
    );
    await expect(processOf(after, files).authenticate()).resolves.toMatchObject(SIGNED_IN);
    expect(endpoints(after)).toEqual(['jwks', 'token']);
  });

  test('a token that names an old key is refused, after one more look', async () => {
    const before = await start();
    const files = new MemoryFiles();
    await processOf(before, files).authenticate();
    const after = await rotate(before);
    after.next('token', { idToken: { header: { kid: String(before.state().keys[0]?.kid) } } });
    expect(await codeOf(processOf(after, files))).toBe('token_key_not_found');
    expect(endpoints(after)).toEqual(['jwks', 'token']);
  });
});

describe('an ID token', () => {
  test('that names no key is checked with the only one that fits', async () => {
    const idp = await start();
    idp.next('token', { idToken: { header: { kid: null } }, repeat: 2 });
    idp.next('jwks', { response: { keys: [rsaOf(idp)] } });
    for (const files of [new MemoryFiles(), new MemoryFiles()])
      await expect(processOf(idp, files).authenticate()).resolves.toMatchObject({ ...SIGNED_IN, idToken: { verified: { alg: 'RS256' } } });
  });

  test('that names no key is ambiguous where several fit', async () => {
    const idp = await start();
    idp.next('token', { idToken: { header: { kid: null } } });
    idp.next('jwks', { response: { keys: [rsaOf(idp), { ...rsaOf(idp), kid: 'second' }] }, repeat: 2 });
    expect(await codeOf(processOf(idp, new MemoryFiles()))).toBe('token_key_ambiguous');
  });

  test('with an invented key name makes one more request, and a hundred of them no more', async () => {
    const idp = await start();
    const padlock = processOf(idp, new MemoryFiles());
    await padlock.authenticate();
    idp.requests.clear();
    for (let at = 0; at < 100; at++) {
      idp.next('token', { idToken: { header: { kid: `invented-${at}` } } });
      expect(await codeOf(padlock)).toBe('token_key_not_found');
    }
    expect(idp.requests.at('jwks')).toHaveLength(1);
    idp.advance(31);
    idp.next('token', { idToken: { header: { kid: 'invented' } } });
    expect(await codeOf(padlock)).toBe('token_key_not_found');
    expect(idp.requests.at('jwks')).toHaveLength(2);
  });

  test('with a bad signature makes one more request only where the key came from before', async () => {
    const idp = await start();
    const files = new MemoryFiles();
    idp.next('token', { idToken: { key: 'wrong' }, repeat: 2 });
    expect(await codeOf(processOf(idp, files))).toBe('token_signature');
    expect(idp.requests.at('jwks')).toHaveLength(1);
    expect(await codeOf(processOf(idp, files))).toBe('token_signature');
    expect(idp.requests.at('jwks')).toHaveLength(2);
  });

  test('keeps the good keys of a set with a malformed one', async () => {
    const idp = await start();
    const odd = [null, 7, { kty: 'RSA', kid: 'odd' }, { kty: 'unheard-of' }];
    idp.next('jwks', { response: { keys: [...odd, ...idp.state().keys.map(publicOnly)] as never } });
    await expect(processOf(idp, new MemoryFiles()).authenticate()).resolves.toMatchObject(SIGNED_IN);
  });
});
