/** Which verifier judges which token, and what is remembered of the first one that signed in. */
import { describe, expect, test } from '@jest/globals';
import type { Verifier } from '../../src/core/contracts.ts';
import { PadlockError, type PadlockOptions } from '../../src/index.ts';
import { hostWith, MemoryFiles } from './config-fixture.ts';
import { type FakeProvider, fakeProvider, METADATA, padlockAt, tokens } from './fake-provider.ts';
import { claims, keyFor, token } from './forge.ts';

const directories = { config: '/c', cache: '/k', state: '/s' };

/** A machine with a disk, at a provider that lists these algorithms. */
function machine(listed: readonly string[] | undefined = ['RS256', 'ES256'], body: unknown = tokens()) {
  const fake = fakeProvider({ body });
  fake.metadata = { ...METADATA, id_token_signing_alg_values_supported: listed };
  const files = new MemoryFiles();
  const signIn = (options: PadlockOptions = {}, at: FakeProvider = fake) =>
    padlockAt(at, {
      ...options,
      ports: { files, host: { ...hostWith(), directories }, ...options.ports },
      values: { noCache: true, ...options.values },
    }).authenticate();
  const pins = (): readonly string[] =>
    [...files.entries.keys()].filter((path) => path.startsWith('/s/algorithms/')).map((path) => files.text(path));
  return { fake, files, pins, signIn };
}

describe('the algorithm of the first ID token is remembered', () => {
  test('where Padlock found it out, once', async () => {
    const { files, pins, signIn } = machine();
    await signIn();
    expect(pins()).toEqual(['RS256\n']);
    files.write = () => Promise.reject(new Error('it is there already'));
    await signIn();
  });

  test.each<[string, PadlockOptions]>([
    ['a verifier was named', { verifier: 'jwks' }],
    ['an algorithm was named', { idTokenSignedResponseAlg: 'RS256' } as PadlockOptions],
  ])('not where %s', async (_, options) => {
    const { pins, signIn } = machine();
    await signIn(options);
    expect(pins()).toEqual([]);
  });

  test('of each profile', async () => {
    const { pins, signIn } = machine();
    for (const profile of ['work', 'home', 'work']) await signIn({ values: { profile } });
    expect(pins()).toHaveLength(2);
  });

  test('and does not count where a verifier or an algorithm is named', async () => {
    const { signIn } = machine(['RS256', 'PS256']);
    await signIn();
    const signer = keyFor('PS256');
    const fake = fakeProvider({ body: tokens({ id_token: token(signer, { payload: claims() }) }) });
    fake.metadata = { ...METADATA, id_token_signing_alg_values_supported: ['RS256', 'PS256'] };
    fake.others['/keys'] = { body: { keys: [signer.jwk] } };
    await expect(signIn({}, fake)).rejects.toMatchObject({ code: 'token_alg_not_allowed' });
    for (const named of [{ verifier: 'jwks' }, { idTokenSignedResponseAlg: 'PS256' }])
      expect((await signIn(named as PadlockOptions, fake)).idToken?.verified).toMatchObject({ alg: 'PS256' });
  });

  test('or, where the disk does not take it, the session says so; a mistake of a program is none of that', async () => {
    const { files, signIn } = machine();
    files.write = () => Promise.reject(new PadlockError('store_no_space', { message: 'The disk is full.' }));
    expect((await signIn()).warnings).toContainEqual({
      code: 'algorithm_not_pinned',
      message: 'The algorithm of the ID token cannot be remembered: The disk is full.',
    });
    for (const fault of [new TypeError('a mistake'), new PadlockError('cancelled', { message: 'a mistake' })]) {
      files.write = () => Promise.reject(fault);
      await expect(signIn()).rejects.toThrow('a mistake');
    }
  });
});

describe('the verifier of an ID token', () => {
  test('is none where the provider lists nothing that anybody here checks', async () => {
    for (const listed of [['none', 'XX256'], ['XX256']])
      await expect(machine(listed).signIn()).rejects.toMatchObject({
        code: 'token_alg_not_allowed',
        message: 'The provider signs ID tokens with nothing that could be checked here.',
        hint: expect.stringContaining('--verifier'),
      });
  });

  test.each([
    [undefined, 'config_weak_secret'],
    [false, 'config_weak_secret'],
    [true, 'verified'],
  ])('takes a secret that is too short only where that is allowed: %p', async (allowWeakSecret, end) => {
    const clientSecret = 'too short a secret';
    const signed = token({ ...keyFor('HS256'), key: Buffer.from(clientSecret) } as never, { payload: claims() });
    const { signIn } = machine(['HS256'], tokens({ id_token: signed }));
    const options = { clientSecret, verifier: 'shared-secret', values: { ...(allowWeakSecret !== undefined && { allowWeakSecret }) } };
    const ended = await signIn(options).then(
      ({ identity }) => (identity.verified ? 'verified' : 'not verified'),
      ({ code }: PadlockError) => code,
    );
    expect(ended).toBe(end);
  });

  test('is one', async () => {
    await expect(machine().signIn({ verifier: ['jwks', 'shared-secret'] })).rejects.toMatchObject({
      code: 'usage_conflict',
      message: expect.stringContaining('both verify ID tokens'),
      hint: 'Name one of them.',
    });
    expect((await machine().signIn({ verifier: ['auto', 'jwks', 'jwks'] })).idToken?.verified).toMatchObject({ by: 'jwks' });
  });

  test('is the one of several that checks what is expected', async () => {
    const other: Verifier = {
      kind: 'verifier',
      name: 'other',
      summary: 'other algorithms',
      algorithms: ['XX256', 'RS256'],
      verify: async (_token, _values, host) => host.fail('token_signature'),
    };
    const plugins = [{ apiVersion: 1 as const, name: 'acme', strategies: [other] }];
    expect((await machine(['RS256']).signIn({ plugins })).idToken?.verified).toMatchObject({ by: 'jwks' });
    expect((await machine(['RS256', 'XX256']).signIn({ plugins })).idToken?.verified).toMatchObject({ by: 'jwks' });
  });
});

describe('the verifier of an access token', () => {
  const asker = (more: Partial<Verifier> = {}): PadlockOptions => ({
    verifier: ['asker'],
    plugins: [
      {
        apiVersion: 1,
        name: 'acme',
        strategies: [
          {
            kind: 'verifier',
            name: 'asker',
            summary: 'asks somebody',
            checks: 'access',
            algorithms: [],
            verify: async () => ({ payload: { active: true }, alg: null, kid: null }),
            ...more,
          } as Verifier,
        ],
      },
    ],
  });

  test('need not say whether it applies', async () => {
    expect((await machine().signIn(asker())).access.verified).toMatchObject({ by: 'asker' });
  });

  test('that does not apply is a conflict', async () => {
    await expect(machine().signIn(asker({ applies: () => ({ no: 'it is Tuesday' }) }))).rejects.toMatchObject({
      code: 'config_conflict',
      message: 'The asker verifier cannot be used here: it is Tuesday.',
      hint: 'Choose another with --verifier.',
    });
  });

  test('that asks about a user is for a user', async () => {
    const own = { flow: 'client-credentials', ...asker({ checks: 'user' }) };
    await expect(machine().signIn(own)).rejects.toMatchObject({
      code: 'config_conflict',
      message: expect.stringContaining("a client's own token has no user"),
    });
  });
});
