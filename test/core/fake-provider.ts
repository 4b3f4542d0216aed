/** A provider that is a function behind the Http port: metadata, keys, tokens, and what a test says instead. No sockets, no time passes. */
import type { Http, HttpRequest, HttpResponse } from '../../src/core/ports.ts';
import { createPadlock, type Padlock, type PadlockOptions } from '../../src/index.ts';
import { CLIENT, claims, ISSUER, keyFor, NOW, SECRET, type SigningKey, token } from './forge.ts';

/** An object goes out as JSON, a text as it is. */
export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
export type Fake = FakeAnswer | ((request: HttpRequest) => FakeAnswer | Promise<FakeAnswer>);

export const USERNAME = 'robin@percy.test';
export const PASSWORD = 'pa55word-canary';
export const METADATA = {
  issuer: ISSUER,
  token_endpoint: `${ISSUER}token`,
  revocation_endpoint: `${ISSUER}revoke`,
  jwks_uri: `${ISSUER}keys`,
  id_token_signing_alg_values_supported: ['HS256', 'RS256'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
};
export const tokens = (more: Readonly<Record<string, unknown>> = {}, signer: SigningKey = keyFor('RS256')): Record<string, unknown> => ({
  access_token: 'at-canary-0123456789',
  token_type: 'Bearer',
  expires_in: 3600,
  refresh_token: 'rt-canary-0123456789',
  id_token: token(signer, { payload: claims({ name: 'Robin Percy', email: USERNAME }) }),
  ...more,
});

/** Answers by path; `token` may be a queue, whose last answer stays. */
export interface FakeProvider {
  readonly http: Http;
  readonly requests: HttpRequest[];
  /** The forms that the token endpoint got. */
  readonly forms: () => URLSearchParams[];
  metadata: Record<string, unknown>;
  token: Fake[];
  others: Record<string, Fake>;
}

export function fakeProvider(...token: readonly Fake[]): FakeProvider {
  const provider: FakeProvider = {
    requests: [],
    metadata: METADATA,
    token: token.length > 0 ? [...token] : [{ body: tokens() }],
    others: {},
    forms: () => provider.requests.filter(({ url }) => url === METADATA.token_endpoint).map(({ body }) => new URLSearchParams(body)),
    http: {
      async send(request) {
        request.signal?.throwIfAborted();
        provider.requests.push(request);
        const path = new URL(request.url).pathname;
        const own = provider.others[path];
        const fake = own ?? standard(path);
        return reply(typeof fake === 'function' ? await fake(request) : fake);
      },
    },
  };
  const standard = (path: string): Fake => {
    if (path === '/.well-known/openid-configuration') return { body: provider.metadata };
    if (path === '/keys') return { body: { keys: [keyFor('RS256').jwk] } };
    if (path === '/revoke') return {};
    if (path === '/token') return (provider.token.length > 1 ? provider.token.shift() : provider.token[0]) ?? { status: 404 };
    return { status: 404 };
  };
  return provider;
}

function reply({ status = 200, headers = {}, body = '' }: FakeAnswer): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: new TextEncoder().encode(text) };
}

/** It is noon, and no time passes. */
export const noon = { now: () => NOW, sleep: async () => {} };

/** The password flow at that provider, as the client that has a secret. */
export function padlockAt({ http }: Pick<FakeProvider, 'http'>, { ports, values, ...options }: PadlockOptions = {}): Padlock {
  return createPadlock({
    issuer: ISSUER,
    clientId: CLIENT,
    clientSecret: SECRET,
    flow: 'password',
    ports: { http, clock: noon, ...ports },
    ...options,
    ...((options.flow ?? 'password') === 'password'
      ? { values: { username: USERNAME, password: PASSWORD, ...values } }
      : { ...(values && { values }) }),
  });
}
