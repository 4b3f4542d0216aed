/** glewlwyd over TLS, which knows clients by signatures and certificates: each signs in, refreshes and signs out. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { makeHome, padlock } from '../support/cli.ts';
import { document, failure, passed, type Server, signIn } from './support.ts';

interface Proving {
  readonly id: string;
  readonly secret?: string;
  readonly key?: string;
  readonly certificate?: string;
}
type Name = 'odd' | 'secretJwt' | 'RS256' | 'PS256' | 'ES256' | 'EdDSA' | 'mtls';
interface Glewlwyd extends Omit<Server, 'clients'> {
  readonly issuers: Readonly<Record<'RS256', string>>;
  readonly clients: Readonly<Record<Name, Proving>>;
  readonly ca: string;
}
const { ca, clients, issuers, user } = document<Glewlwyd & Server>('GLEWLWYD_TLS');
const issuer = issuers.RS256;

/** What the client is and how it proves it; keys and certificates as files, secrets in the environment. */
function clientOf(name: Name, clientAuth: string, more: Readonly<Record<string, string>>): Record<string, string> {
  const { certificate, id, key, secret } = clients[name];
  return {
    PADLOCK_CLIENT_ID: id,
    PADLOCK_CLIENT_AUTH: clientAuth,
    ...(secret && { PADLOCK_CLIENT_SECRET: secret }),
    ...(key && { PADLOCK_PRIVATE_KEY_FILE: key }),
    ...(certificate && { PADLOCK_CLIENT_CERTIFICATE_FILE: certificate }),
    ...more,
  };
}

// Its assertions have to be for the very endpoint that is asked, against RFC 7523 and openid-client, which name the issuer.
const AUDIENCE = { PADLOCK_CLIENT_ASSERTION_AUDIENCE: 'endpoint' };
const cases: readonly (readonly [Name, string, Record<string, string>])[] = [
  ['RS256', 'private-key-jwt', AUDIENCE],
  ['PS256', 'private-key-jwt', { ...AUDIENCE, PADLOCK_CLIENT_ASSERTION_ALG: 'PS256' }],
  ['ES256', 'private-key-jwt', AUDIENCE],
  ['EdDSA', 'private-key-jwt', AUDIENCE],
  ['secretJwt', 'client-secret-jwt', AUDIENCE],
  ['secretJwt', 'client-secret-jwt', { ...AUDIENCE, PADLOCK_CLIENT_ASSERTION_ALG: 'HS512' }],
  ['mtls', 'tls-client-auth', {}],
  ['odd', 'client-secret-basic-raw', {}],
];

test.each(cases)('%s with %s signs in, refreshes and signs out (%j)', async (name, clientAuth, more) => {
  const home = makeHome();
  const env = {
    ...clientOf(name, clientAuth, more),
    PADLOCK_ISSUER: issuer,
    PADLOCK_CA_FILE: ca,
    PADLOCK_FLOW: 'password',
    PADLOCK_USERNAME: user.username,
    PADLOCK_SCOPE: 'openid profile email',
  };
  const run = (args: readonly string[], password: Record<string, string> = {}) => padlock(args, { home, env: { ...env, ...password } });
  expect(await run(['auth', '--json'], { PADLOCK_PASSWORD: user.password })).toMatchObject({ code: 0, stderr: '' });
  const first = (await run(['token'])).stdout;
  const second = await run(['token', '--refresh']);
  expect(second).toMatchObject({ code: 0, stderr: '' });
  expect(second.stdout).not.toBe(first);
  expect(await run(['logout'])).toMatchObject({ code: 0 });
  passed('glewlwyd', 'password', more.PADLOCK_CLIENT_ASSERTION_ALG ?? '–', `${clientAuth}, ${name}, refreshed and revoked`);
});

describe('a client that is refused', () => {
  const person = { issuer, username: user.username, password: user.password, format: 'json', more: ['--ca-file', ca] } as const;
  // 403 without a body, as for a wrong password: nobody can tell the two apart.
  test('because its assertion is for the issuer is answered like a wrong password', async () => {
    const more = [...person.more, '--private-key-file', clients.RS256.key ?? ''];
    const error = failure(await signIn({ ...person, client: { id: clients.RS256.id }, more }));
    expect(error).toMatchObject({ code: 'auth_invalid_grant', exit: 4, http_status: 403 });
  });

  test('shows the key of another: config_bad_key, and no request', async () => {
    const { certificate = '' } = clients.mtls;
    const more = [...person.more, '--client-certificate-file', certificate, '--private-key-file', clients.RS256.key ?? ''];
    const error = failure(await signIn({ ...person, client: { id: clients.mtls.id }, auth: 'tls-client-auth', more }));
    expect(error).toMatchObject({ code: 'config_bad_key', exit: 3 });
    expect(JSON.stringify(error)).not.toContain(readFileSync(clients.RS256.key ?? '', 'utf8').split('\n')[1]);
  });
});
