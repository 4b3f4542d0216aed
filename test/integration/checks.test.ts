/** Refusals that take more than one sign-in, or a plugin, to see. */
import { describe, expect, test } from '@jest/globals';
import { noHost } from '../../src/core/headless.ts';
import {
  createPadlock,
  type Padlock,
  type PadlockError,
  type PadlockOptions,
  type Plugin,
  type Proof,
  type Session,
} from '../../src/index.ts';
import type { ClientVariant } from '../../src/sandbox/index.ts';
import { MemoryFiles } from '../core/config-fixture.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const API = 'https://api.percy.test';

function robin(variant: ClientVariant, options: Partial<PadlockOptions> = {}): Padlock {
  const { username, password } = idp().user;
  return createPadlock({ ...idp().client('password', variant), ...options, values: { username, password, ...options.values } });
}
const refusalOf = (padlock: Padlock): Promise<Partial<PadlockError> | Session> =>
  padlock.authenticate().catch((error: PadlockError) => error);
const onDisk = (): PadlockOptions['ports'] => ({
  files: new MemoryFiles(),
  host: { ...noHost, directories: { config: '/config', cache: '/cache', state: '/state' } },
});

describe('the algorithm of the first sign-in', () => {
  test.each<[string, () => PadlockOptions['ports']]>([
    ['in the same object', () => ({})],
    ['on disk', onDisk],
  ])('is the only one from then on, %s', async (where, machine) => {
    const ports = machine() ?? {};
    const make = (): Padlock => robin('rs256', { verifier: 'auto', ports });
    const first = make();
    const next = (): Padlock => (where === 'on disk' ? make() : first);
    await first.authenticate();
    idp().next('token', { idToken: { header: { alg: 'PS256' } } });
    await expect(refusalOf(next())).resolves.toMatchObject({ code: 'token_alg_not_allowed' });
    await expect(next().authenticate()).resolves.toMatchObject({ idToken: { verified: { alg: 'RS256' } } });
  });

  test('was any that the provider lists', async () => {
    idp().next('token', { idToken: { header: { alg: 'PS256' } } });
    const padlock = robin('rs256', { verifier: 'auto' });
    await expect(padlock.authenticate()).resolves.toMatchObject({ idToken: { verified: { alg: 'PS256' } } });
    await expect(refusalOf(padlock)).resolves.toMatchObject({ code: 'token_alg_not_allowed' });
  });

  test('was RS256 where the provider lists none', async () => {
    idp().next('discovery', { response: { id_token_signing_alg_values_supported: null } });
    idp().next('token', { idToken: { header: { alg: 'PS256' } } });
    const padlock = robin('rs256', { verifier: 'auto' });
    await expect(refusalOf(padlock)).resolves.toMatchObject({ code: 'token_alg_not_allowed' });
    await expect(padlock.authenticate()).resolves.toMatchObject({ idToken: { verified: { alg: 'RS256' } } });
  });
});

describe('an access token', () => {
  const sent = { idToken: { claims: { at_hash: null } } };

  test.each([
    ['of another issuer', { claims: { iss: 'https://other.test' } }, 'other_issuer', 'token_issuer'],
    ['of a foreign key', { key: 'wrong' }, 'no_key', 'token_signature'],
    ['that is no JWT', { raw: 'opaque' }, 'opaque', 'token_malformed'],
  ] as const)('%s is passed on with that label, unless verified ones are required', async (_, accessToken, reason, code) => {
    const padlock = (requireVerified: boolean): Padlock => robin('rs256', { audience: API, requireVerified });
    idp().next('token', { ...sent, accessToken, repeat: 2 });
    await expect(padlock(false).authenticate()).resolves.toMatchObject({ access: { verified: { by: null, reason } } });
    await expect(refusalOf(padlock(true))).resolves.toMatchObject({ code });
  });

  test.each([
    ['that expired', { exp: 1_700_000_000 }, 'token_expired'],
    ['for another API', { aud: 'https://other.test' }, 'token_audience'],
  ])('%s is refused, as the issuer signed it', async (_, claims, code) => {
    idp().next('token', { ...sent, accessToken: { claims } });
    await expect(refusalOf(robin('rs256', { audience: API }))).resolves.toMatchObject({ code });
  });

  test('is not checked where the keys cannot be had, unless verified ones are required', async () => {
    idp().next('jwks', { status: 500, repeat: 4 });
    const service = (requireVerified: boolean): Padlock =>
      createPadlock({ ...idp().client('client-credentials'), audience: API, requireVerified });
    await expect(service(false).authenticate()).resolves.toMatchObject({ access: { verified: { by: null, reason: 'not_checked' } } });
    await expect(refusalOf(service(true))).resolves.toMatchObject({ code: 'idp_unavailable' });
  });
});

describe('an ID token', () => {
  test('that nobody asked for is checked all the same', async () => {
    idp().next('token', { response: { id_token: 'e30.e30.' } });
    await expect(refusalOf(robin('rs256', { scope: ['profile'] }))).resolves.toMatchObject({ category: 'verification' });
  });

  test.each<[string, unknown]>([
    ['true', true],
    ['nothing', undefined],
    ['no claims', { alg: 'RS256', kid: null }],
    ['claims of no object', { payload: 'claims', alg: 'RS256', kid: null }],
    ['another algorithm', { payload: {}, alg: 'none', kid: null }],
    ['a key without a name', { payload: {}, alg: 'RS256', kid: 7 }],
  ])('is not verified by a verifier that returns %s', async (_, proof) => {
    const plugin: Plugin = {
      apiVersion: 1,
      name: 'acme',
      strategies: [{ kind: 'verifier', name: 'yes-man', summary: 'says yes', algorithms: ['RS256'], verify: async () => proof as Proof }],
    };
    await expect(refusalOf(robin('rs256', { verifier: 'yes-man', plugins: [plugin] }))).resolves.toMatchObject({ code: 'plugin_contract' });
  });
});

describe('a token request', () => {
  test.each(['grant_type', 'client_id', 'client_secret', 'scope', 'username'])('has no second %s', async (name) => {
    await expect(refusalOf(robin('rs256', { params: { [name]: 'x' } }))).resolves.toMatchObject({ code: 'usage_conflict' });
    expect(idp().requests.at('token')).toEqual([]);
  });

  test('has the further parameters it is given', async () => {
    await robin('rs256', { params: { acme_hint: 'a b' } }).authenticate();
    expect(idp().requests.at('token')[0]?.form).toMatchObject({ acme_hint: 'a b' });
  });

  test('ends with the reason of whoever cancels it', async () => {
    const reason = new Error('enough');
    const ending = new AbortController();
    idp().next('token', { delay: 5000 });
    const signIn = robin('rs256').authenticate({ signal: ending.signal });
    setTimeout(() => ending.abort(reason), 300);
    await expect(signIn).rejects.toBe(reason);
  });
});
