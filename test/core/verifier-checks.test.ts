/** The contract checks of verifiers and of client authentication, on ones that are wrong in one way each. */
import { describe, expect, test } from '@jest/globals';
import { checkStrategy } from '../../src/core/contract-checks.ts';
import type { ClientAuth, ClientAuthRequest, Strategy, Values, Verifier } from '../../src/core/contracts.ts';
import { PadlockError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json-value.ts';
import type { Proof, VerifierHost } from '../../src/core/verifier-host.ts';
import { introspection } from '../../src/strategies/verifiers/introspection.ts';
import { jwks } from '../../src/strategies/verifiers/jwks.ts';

async function reports(strategy: Strategy) {
  const all = [];
  for await (const report of checkStrategy(strategy)) all.push(report);
  return all;
}
const failures = async (strategy: Strategy): Promise<string> =>
  (await reports(strategy))
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ detail, name }) => `${name}: ${detail}`)
    .join('\n');
const verdicts = async (strategy: Strategy) => (await reports(strategy)).map(({ verdict }) => verdict);

/** What is in a part of a token, as far as anything is. */
function read(part = ''): JsonObject {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as JsonObject;
  } catch {
    return {}; // it need not be a token
  }
}

interface Shown {
  readonly token: string;
  readonly header: JsonObject;
  readonly payload: JsonObject;
  readonly signature: string | undefined;
  readonly host: VerifierHost;
}

/** Enough for every check, and few enough to be quick. */
const few: Verifier = { ...jwks, algorithms: ['ES256', 'RS384', 'PS384'] };

/** A verifier that believes what it should not in one case, and is good otherwise. */
const believing = (isBelieved: (shown: Shown) => boolean): Verifier => ({
  ...few,
  name: 'believing',
  verify: async (token, values, host) => {
    const [head, body, signature] = token.split('.');
    const payload = read(body);
    if (isBelieved({ token, header: read(head), payload, signature, host })) return { payload, alg: 'ES256', kid: null };
    return jwks.verify(token, values, host);
  },
});
/** A verifier that proves something else than it should. */
const saying = (change: (proof: Proof) => unknown): Verifier => ({
  ...few,
  name: 'saying',
  verify: async (token, values, host) => change(await jwks.verify(token, values, host)) as Proof,
});

describe('a verifier of signatures', () => {
  test('that believes nothing wrong passes, whatever it signs with', async () => {
    for (const algorithms of [jwks.algorithms, ['ES256'], ['RS256'], ['RS256', 'PS256']])
      expect(await verdicts({ ...jwks, algorithms } as Verifier)).toEqual(Array(7).fill('pass'));
  });

  test('that no token can be made for is tried with what it has to refuse', async () => {
    const { keySet: _, ...keyless } = jwks;
    const noSecret = { verificationSecret: { type: 'string', summary: 'a secret' } } as const;
    const secret = { verificationSecret: { type: 'string', summary: 'a secret', secret: true } } as const;
    for (const others of [
      { algorithms: ['HS256'], options: noSecret },
      { algorithms: ['HS512'], options: secret },
      { algorithms: ['ES256', 'RS256'] },
      { algorithms: ['ES384'], keySet: true },
    ]) {
      const refusing: Verifier = { ...keyless, ...others, verify: async (_token, _values, host) => host.fail('token_signature') };
      const skipped = (await reports(refusing)).filter(({ verdict }) => verdict === 'skipped');
      expect(skipped.map(({ detail }) => detail)).toEqual(Array(3).fill('no token can be made that it would accept'));
    }
  });

  const unsigned = (alg: string, kid?: string) =>
    believing(({ header, signature }) => signature === '' && header.alg === alg && header.kid === kid);
  test.each<[string, Verifier]>([
    ['an empty token was accepted', believing(({ token }) => token === '')],
    ...['.', '..', '...', 'a', 'a.b.c', ' '].map((odd): [string, Verifier] => [
      `"${odd}" was accepted`,
      believing(({ token }) => token === odd),
    ]),
    ['refuses what is no token: "eyJ', believing(({ signature, header }) => signature === undefined && header.alg === 'ES256')],
    ['refuses what is no token: "W10.', believing(({ header }) => Array.isArray(header))],
    ...['none', 'None', 'NONE', '', 'PS384'].map((alg): [string, Verifier] => [
      `an unsigned token with alg "${alg}" was accepted`,
      unsigned(alg),
    ]),
    ['an unsigned token with alg "None" was accepted', unsigned('None', 'sample-key')],
    ['alg none that was allowed by mistake was accepted', believing(({ host }) => host.algorithms.includes('none'))],
    ...[32, 64, 256].map((bytes): [string, Verifier] => [
      'a forged RS384 signature was accepted',
      believing(({ header, signature = '' }) => header.alg === 'RS384' && Buffer.from(signature, 'base64url').length === bytes),
    ]),
    ['a token signed by somebody else (HS256) was accepted', believing(({ header }) => header.alg === 'HS256')],
    [
      'a token signed by somebody else (ES256) was accepted',
      (() => {
        let mine = 0; // the sixth of that kind: after three of noise, and those that are good or changed come in other checks
        return believing(
          ({ header, payload, signature = '' }) =>
            header.alg === 'ES256' && payload.sub === 'sample' && signature.length === 86 && ++mine === 2,
        );
      })(),
    ],
    ['an algorithm, where none was expected, was accepted', believing(({ host }) => host.algorithms.length === 0)],
    [
      'ES256, which was not expected, was accepted',
      believing(({ header, host }) => header.alg === 'ES256' && host.algorithms.length > 0 && !host.algorithms.includes('ES256')),
    ],
    ['a changed payload was accepted', believing(({ payload }) => payload.sub === 'admin')],
    ['a changed header was accepted', believing(({ header }) => header.x === 1)],
    ['it returned something else than a proof', saying(() => null)],
    ['it returned something else than a proof', saying(() => 'proved')],
    ['the payload is not that of the token', saying((proof) => ({ ...proof, payload: { ...proof.payload, sub: 'admin' } }))],
    ['alg is not that of the token', saying((proof) => ({ ...proof, alg: 'RS256' }))],
    ['kid is neither null nor that of the key', saying((proof) => ({ ...proof, kid: 'another' }))],
    ['a good ES256 token ended in token_signature', { ...few, verify: async (_token, _values, host) => host.fail('token_signature') }],
    [
      'was refused with acme_token_bad; use a token_ code',
      { ...few, verify: async (_token, _values, host) => host.fail('acme_token_bad') },
    ],
  ])('is refused: %s', async (fault, verifier) => {
    expect(await failures(verifier)).toContain(fault);
  });

  test('may leave out which key it was', async () => {
    expect(await failures(saying((proof) => ({ ...proof, kid: null })))).toBe('');
  });
});

describe('a verifier that asks the provider', () => {
  const asking = (verify: Verifier['verify'], more: Partial<Verifier> = {}): Verifier => ({
    ...introspection,
    name: 'asking',
    verify,
    ...more,
  });
  const said = (change: (proof: Proof) => unknown): Verifier =>
    asking(async (token, values, host) => change(await introspection.verify(token, values, host)) as Proof);

  test('passes, as it is about a token or about a user', async () => {
    expect(await verdicts(introspection)).toEqual(Array(4).fill('pass'));
    const user = asking(async (_token, _values, host) => ({ payload: await host.userinfo(), alg: null, kid: null }), { checks: 'user' });
    expect(await verdicts(user)).toEqual(Array(3).fill('pass'));
  });

  test.each<[string, Verifier]>([
    [
      'a token that the provider does not know was accepted',
      asking(async (_token, _values, host) => ({ payload: await host.post('introspection_endpoint', {}), alg: null, kid: null })),
    ],
    ['a good answer ended in token_inactive', asking(async (_token, _values, host) => host.fail('token_inactive'))],
    ['the payload is not what the provider said', said(({ payload }) => ({ payload: { ...payload, sub: 'admin' }, alg: null, kid: null }))],
    ['the payload is not what the provider said', said(() => undefined)],
    ['alg and kid are not null', said((proof) => ({ ...proof, alg: 'none' }))],
    ['alg and kid are not null', said((proof) => ({ ...proof, kid: 'key' }))],
    ...['true', 1, null, {}, undefined].map((active): [string, Verifier] => [
      `active ${JSON.stringify(active)} was accepted`,
      asking(async (token, values, host) => {
        const payload = await host.post('introspection_endpoint', { token });
        if (payload.sub === 'sample' && JSON.stringify(payload.active) === JSON.stringify(active)) return { payload, alg: null, kid: null };
        return introspection.verify(token, values, host);
      }),
    ]),
  ])('is refused: %s', async (fault, verifier) => {
    expect(await failures(verifier)).toContain(fault);
  });
});

describe('client authentication', () => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  let count = 0;
  const auth = (authenticate: (values: Values, request: ClientAuthRequest) => void, more: Partial<ClientAuth> = {}): ClientAuth => ({
    kind: 'client-auth',
    name: 'some',
    summary: 'some authentication',
    method: 'some',
    options: { clientSecret: { type: 'string', summary: 'client secret', secret: true } },
    applies: () => true,
    authenticate: async (values, request) => authenticate(values, request),
    ...more,
  });
  const posting = (more: (request: ClientAuthRequest, secret: string) => void = () => {}): ClientAuth =>
    auth(({ clientSecret }: Values, request) => {
      request.form.set('client_id', request.provider.clientId);
      request.form.set('client_secret', clientSecret);
      more(request, clientSecret);
    });
  const basic = (user: (id: string) => string, secret: (own: string) => string, scheme = 'Basic'): ClientAuth =>
    auth(({ clientSecret }: Values, { headers, provider }) => {
      const encoded = [user(provider.clientId), secret(clientSecret)].map(encodeURIComponent).join(':');
      headers.set('authorization', `${scheme} ${btoa(encoded)}`);
    });
  const asserting = (claims: JsonObject = {}, more: (form: URLSearchParams) => void = () => {}): ClientAuth =>
    auth((_, { form, now, provider }) => {
      const id = provider.clientId;
      const own = { iss: id, sub: id, aud: provider.issuer, exp: now / 1000 + 60, jti: `jti-${++count}`, ...claims };
      form.set('client_assertion', `${part({ alg: 'ES256' })}.${part(own)}.x`);
      form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      more(form);
    });
  const given = auth(({ clientSecret }: Values, { form }) => {
    form.set('client_assertion', clientSecret); // made elsewhere: what is in it is nobody's business here
    form.set('client_assertion_type', 'x');
  });
  const same = (text: string): string => text;

  test.each<[string, ClientAuth]>([
    ['a secret in the body', posting()],
    ['HTTP Basic', basic(same, same)],
    ['HTTP Basic, in small letters', basic(same, same, 'basic')],
    ['an assertion', asserting()],
    ['an assertion for the token endpoint', asserting({ aud: 'https://provider.example/token' })],
    ['an assertion that was given', given],
    ['what is not used here', { ...posting(), applies: () => ({ no: 'it is Tuesday' }) }],
    ['a client without a secret', auth((_, { form, provider }) => form.set('client_id', provider.clientId))],
  ])('passes: %s', async (_, method) => {
    expect(await failures(method)).toBe('');
  });

  test.each<[string, ClientAuth]>([
    ['applies must return true', { ...posting(), applies: () => ({ no: 5 }) as never }],
    ['applies must return true', { ...posting(), applies: () => ({}) as never }],
    ['applies must return true', { ...posting(), applies: () => null as never }],
    ['applies must return true', { ...posting(), applies: () => 'no' as never }],
    ['applies must return true', { ...posting(), applies: () => false as never }],
    ['applies must return true', { ...posting(), applies: ({ clientSecret }: Values) => clientSecret !== undefined || (null as never) }],
    ['applies must return true', { ...posting(), applies: ({ clientSecret }: Values) => clientSecret === undefined || (5 as never) }],
    ['a request with two proofs', posting(({ form }) => form.set('client_assertion', 'x'))],
    ['a request with two proofs', asserting({}, (form) => form.set('client_secret', 'x'))],
    ['a member of the form is gone, changed or added to', posting(({ form }) => form.delete('grant_type'))],
    ['a member of the form is gone, changed or added to', posting(({ form }) => form.set('scope', 'openid'))],
    ['a member of the form is gone, changed or added to', posting(({ form }) => form.delete('resource'))],
    ['a member of the form is gone, changed or added to', posting(({ form }) => form.set('username', 'r%C3%B6bin'))],
    ['the header content-type was changed', posting(({ headers }) => headers.set('content-type', 'application/json'))],
    ['a header must have a lower-case name', posting(({ headers }) => headers.set('X-Padlock', 'a'))],
    ['a header must have a lower-case name', posting(({ headers }) => headers.set('x-padlock', 5 as never))],
    ['a header must have a lower-case name', posting(({ headers }) => headers.set('x-padlock', 'ä'))],
    ['client_id is not the client’s, or is there twice', posting(({ form, provider }) => form.append('client_id', provider.clientId))],
    ['client_id is not the client’s, or is there twice', posting(({ form }) => form.set('client_id', 'another'))],
    ['client id or secret arrive changed', basic(same, () => 'another')],
    ['client id or secret arrive changed', basic(() => 'another', same)],
    ['the secret arrives changed', posting(({ form }, secret) => form.append('client_secret', secret))],
    ['the secret arrives changed', posting(({ form }, secret) => form.set('client_secret', secret.trim().slice(1)))],
    ['the assertion does not say of which type it is', asserting({}, (form) => form.delete('client_assertion_type'))],
    ['there are two assertions', asserting({}, (form) => form.append('client_assertion', 'x'))],
    ['iss and sub of the assertion are not the client', asserting({ iss: 'another' })],
    ['iss and sub of the assertion are not the client', asserting({ sub: 'another' })],
    ['the assertion is not for the provider (aud)', asserting({ aud: 'https://another.example/' })],
    ['the assertion is not for the provider (aud)', asserting({ aud: ['https://provider.example/'] })],
    ['the assertion is good for longer than a request needs (exp)', asserting({ exp: Date.now() / 1000 + 700 })],
    ['the assertion is good for longer than a request needs (exp)', asserting({ exp: '5' })],
    ['two assertions have the same jti', asserting({ jti: 'one' })],
    ['two assertions have the same jti', asserting({ jti: undefined as never })],
    ['it ended in TypeError', auth(() => void (undefined as unknown as string).trim())],
    ['it ended in auth_invalid_grant', auth(() => refuse('auth_invalid_grant'))],
  ])('is refused: %s', async (fault, method) => {
    expect(await failures(method)).toContain(fault);
  });

  test.each(['usage_bad_value', 'config_bad_key'])('that wants other values, and says so with %s, is left untried', async (code) => {
    const left = (await reports(auth(() => refuse(code)))).slice(2);
    expect(left.map(({ detail, verdict }) => [verdict, detail])).toEqual(Array(3).fill(['skipped', `it wants other values: ${code} (no)`]));
  });
});

function refuse(code: string): never {
  throw new PadlockError(code, { message: 'no' });
}
