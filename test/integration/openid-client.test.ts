/** openid-client carries the token request and judges no ID token: it is never shown one. */
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as real from 'openid-client';
import type { Behaviour, ClientVariant } from '../../src/sandbox/index.ts';
import { sharedSandbox } from '../support/sandbox.ts';

/** What the fetch that Padlock gives to openid-client returned to it. */
const shown: string[] = [];
jest.unstable_mockModule('openid-client', () => ({
  ...real,
  genericGrantRequest: (config: real.Configuration, ...rest: [string, URLSearchParams]) => {
    const inner = config[real.customFetch] as NonNullable<real.Configuration[typeof real.customFetch]>;
    config[real.customFetch] = async (url, options) => {
      const response = await inner(url, options);
      shown.push(await response.clone().text(), JSON.stringify([...response.headers]));
      return response;
    };
    return real.genericGrantRequest(config, ...rest);
  },
}));
const { createPadlock } = await import('../../src/index.ts');

const idp = sharedSandbox();
beforeEach(() => {
  shown.length = 0;
});

const JWT = /[\w-]+\.[\w-]+\.[\w-]+/;

/** Padlock's judgement: the name of the user, or an error code. */
async function ours(variant: ClientVariant, answer: Behaviour = {}): Promise<unknown> {
  const { username, password } = idp().user;
  idp().next('token', answer);
  const padlock = createPadlock({ ...idp().client('password', variant), values: { username, password } });
  return padlock.authenticate().then(
    ({ user }) => user?.name,
    ({ code }: { code: string }) => code,
  );
}

/** openid-client's own judgement of the same answer: the user it believes in, or `refused`. */
async function theirs(variant: ClientVariant, answer: Behaviour = {}, more: Partial<real.ServerMetadata> = {}): Promise<unknown> {
  const { issuer, clientId, clientSecret } = idp().client('password', variant);
  const metadata = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as real.ServerMetadata;
  const config = new real.Configuration({ ...metadata, ...more }, clientId, undefined, real.ClientSecretPost(clientSecret));
  real.allowInsecureRequests(config);
  idp().next('token', answer);
  return real.genericGrantRequest(config, 'password', { ...idp().user, scope: 'openid profile' }).then(
    (tokens) => tokens.claims()?.name,
    () => 'refused',
  );
}

describe('openid-client', () => {
  test.each<ClientVariant>(['hs256', 'rs256', 'ps256', 'es256', 'eddsa', 'public', 'basic'])('sees no ID token of %s', async (variant) => {
    expect(await ours(variant)).toBe('Robin Percy');
    const [body = '', headers = ''] = shown;
    expect(shown).toHaveLength(2);
    expect(JSON.parse(body)).toMatchObject({ access_token: expect.any(String), token_type: 'Bearer', scope: expect.any(String) });
    expect(Object.keys(JSON.parse(body) as object)).not.toContain('id_token');
    expect(body + headers).not.toMatch(JWT);
  });

  test('sees none that is refused, either', async () => {
    expect(await ours('rs256', { idToken: { key: 'none' } })).toBe('token_alg_not_allowed');
    expect(shown.join('')).not.toMatch(/id_token|eyJ/);
  });

  test('would refuse HS256 where discovery does not list it, and Padlock accepts it', async () => {
    const only = { id_token_signing_alg_values_supported: ['RS256'] };
    expect(await theirs('hs256', {}, only)).toBe('refused');
    idp().next('discovery', { response: only });
    expect(await ours('hs256')).toBe('Robin Percy');
  });

  test.each<[string, Behaviour, string]>([
    ['a signature of a stranger', { idToken: { key: 'wrong' } }, 'token_signature'],
    ['the hash of another access token', { idToken: { claims: { at_hash: '77QmUPtjPfzWtF2AnpK9RQ' } } }, 'token_at_hash'],
    ['an issue a week ago', { idToken: { claims: { iat: Math.floor(Date.now() / 1000) - 7 * 86_400 } } }, 'token_iat'],
    ['an empty subject', { idToken: { claims: { sub: '' } } }, 'token_claim_type'],
    ['another party', { idToken: { claims: { azp: 'padlock-es256' } } }, 'token_azp'],
    ['the type of an access token', { idToken: { header: { typ: 'at+jwt' } } }, 'token_type'],
    ['no ID token', { response: { id_token: null } }, 'token_missing'],
  ])('would accept %s, and Padlock refuses it', async (name, answer, code) => {
    expect(await theirs('rs256', answer)).toBe(name === 'no ID token' ? undefined : 'Robin Percy');
    expect(await ours('rs256', answer)).toBe(code);
  });
});
