/** The servers as the matrix sees them: where each is, what its clients prove themselves with, and what it takes to sign in. */
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Metadata, PadlockOptions } from '../../src/index.ts';
import type { Visitor } from './browser.ts';
import { document } from './support.ts';

/** A client as a start script printed it. */
interface Registered {
  readonly id: string;
  readonly secret?: string;
  readonly key?: string;
  readonly certificate?: string;
}
interface Described {
  readonly name: string;
  readonly issuer: string;
  readonly issuers?: Readonly<Record<string, string>>;
  readonly ca?: string;
  readonly redirect_uris: readonly string[];
  readonly user: { readonly username: string; readonly password: string };
  readonly clients: Readonly<Record<string, Registered>>;
  readonly [member: string]: unknown;
}

export type Endpoints = Readonly<Record<string, string>>;

export interface Peer {
  readonly name: string;
  readonly issuer: string;
  readonly ca: string | undefined;
  /** Where it publishes its metadata; undefined for a server that publishes none. */
  readonly metadata: string | undefined;
  /** What its metadata leaves out, or all of it, as Padlock's options. */
  readonly endpoints: Endpoints;
  readonly visitor: Visitor;
  /** By client authentication; a server may want another client for another flow. */
  readonly clients: Readonly<Record<string, (flow: string) => PadlockOptions>>;
  /** By flow. */
  readonly flows: Readonly<Record<string, PadlockOptions>>;
  /** Which of them it refuses to take together, and why: `flow, client authentication`. What it says is shown. */
  readonly refused: Readonly<Record<string, string>>;
  /** The flow that a refresh token or a subject token comes from. */
  readonly first: string;
  /** The client authentication that everything else is tried with. */
  readonly usual: string;
}

const read = (path: string | undefined): string => readFileSync(path ?? '', 'utf8');

/** What `client` needs for a method; keys and certificates are files. */
function proofs({ certificate, id: clientId, key, secret: clientSecret }: Registered): PadlockOptions {
  return {
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    ...(key !== undefined && { privateKey: read(key) }),
    ...(certificate !== undefined && { clientCertificate: read(certificate) }),
  };
}

/**
 * What a workload would be given by its own provider: here, what the key of the client signs. Made anew for each request, for the first audience,
 * then for the next one; the last stays.
 */
function workload({ id, key }: Registered, ...audiences: readonly [string, ...string[]]): PadlockOptions {
  let made = 0;
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const clientAssertion = (): string => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: id, sub: id, aud: audiences[made++] ?? audiences.at(-1), jti: randomUUID(), iat: now, exp: now + 60 };
    const signed = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: createPrivateKey(read(key)), dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  };
  return { clientId: id, clientAssertion };
}

const always = (client: Registered | undefined): (() => PadlockOptions) => {
  if (client === undefined) throw new Error('The server has no such client.');
  return () => proofs(client);
};

const credentials = ({ password, username }: Described['user']): Readonly<Record<string, string>> => ({ username, password });
/** Nobody can be a machine that proves nothing. */
const MACHINE = { 'client-credentials, none': 'a public client has nothing of its own' };
const OPENID = { scope: ['openid', 'profile', 'email'] };

function lemonldap(): Peer {
  const { clients, issuer, name, redirect_uris: redirectUri, user } = document<Described>('LEMONLDAP');
  const confidential = (flow: string): PadlockOptions =>
    proofs((flow === 'client-credentials' ? clients.service : clients.confidential) as Registered);
  return {
    name,
    issuer,
    ca: undefined,
    metadata: `${issuer}/.well-known/openid-configuration`,
    endpoints: {},
    visitor: user,
    clients: {
      none: always(clients.public),
      'client-secret-post': confidential,
      'client-secret-basic': confidential,
      'client-secret-basic-raw': confidential,
    },
    flows: {
      password: { ...OPENID, values: credentials(user) },
      'client-credentials': { scope: ['read'] },
      'authorization-code': { ...OPENID, values: { redirectUri } },
      'refresh-token': {},
    },
    refused: MACHINE,
    first: 'password',
    usual: 'client-secret-basic',
  };
}

function glewlwyd(): Peer {
  const { ca, clients, issuers = {}, name, redirect_uris: redirectUri, user } = document<Described>('GLEWLWYD_TLS');
  const issuer = issuers.RS256 ?? '';
  const confidential = (flow: string): PadlockOptions =>
    proofs((flow === 'client-credentials' ? clients.service : clients.confidential) as Registered);
  // It wants assertions that are for the very endpoint.
  const signed =
    (client: Registered | undefined): ((flow: string) => PadlockOptions) =>
    () => ({ ...always(client)(), values: { clientAssertionAudience: 'endpoint' } });
  return {
    name,
    issuer,
    ca: read(ca),
    metadata: `${issuer}/.well-known/openid-configuration`,
    endpoints: {},
    visitor: { ...user, ca: read(ca), api: '/api/auth/' },
    clients: {
      none: always(clients.public),
      'client-secret-post': confidential,
      'client-secret-basic': confidential,
      'client-secret-basic-raw': confidential,
      'client-secret-jwt': signed(clients.secretJwt),
      'private-key-jwt': signed(clients.ES256),
      'tls-client-auth': always(clients.mtls),
      'client-assertion': (flow) => {
        const first = flow === 'device-code' ? 'device_authorization' : 'token';
        return workload(clients.ES256 as Registered, `${issuer}/${first}`, `${issuer}/token`);
      },
    },
    flows: {
      password: { ...OPENID, values: credentials(user) },
      'client-credentials': { scope: ['read'] },
      'authorization-code': { ...OPENID, values: { redirectUri } },
      'device-code': OPENID,
      'refresh-token': {},
    },
    refused: { ...MACHINE, 'password, none': 'its public clients may not' },
    first: 'authorization-code',
    usual: 'client-secret-basic',
  };
}

function django(): Peer {
  const {
    clients,
    issuer,
    introspection_endpoint,
    name,
    redirect_uris: redirectUri,
    revocation_endpoint,
    user,
  } = document<Described>('DJANGO');
  const KEEPS_ONE_GRANT: Readonly<Record<string, string>> = { 'client-credentials': 'service', 'authorization-code': 'code' };
  const confidential = (flow: string): PadlockOptions => proofs(clients[KEEPS_ONE_GRANT[flow] ?? 'confidential'] as Registered);
  return {
    name,
    issuer,
    ca: undefined,
    metadata: `${issuer}/.well-known/openid-configuration/`,
    // Its document is where no client looks: with a slash at the end. It leaves two endpoints out.
    endpoints: {
      tokenEndpoint: `${issuer}/token/`,
      jwksUri: `${issuer}/.well-known/jwks.json`,
      authorizationEndpoint: `${issuer}/authorize/`,
      userinfoEndpoint: `${issuer}/userinfo/`,
      introspectionEndpoint: String(introspection_endpoint),
      revocationEndpoint: String(revocation_endpoint),
    },
    visitor: user,
    clients: {
      none: (flow) => proofs((flow === 'authorization-code' ? clients.codePublic : clients.public) as Registered),
      'client-secret-post': confidential,
      'client-secret-basic': confidential,
      'client-secret-basic-raw': confidential,
    },
    flows: {
      password: { scope: ['read'], values: credentials(user) }, // it gives no ID token for a password
      'client-credentials': { scope: ['read'] },
      'authorization-code': { ...OPENID, values: { redirectUri } },
      'refresh-token': {},
    },
    refused: MACHINE,
    first: 'password',
    usual: 'client-secret-basic',
  };
}

function jmondi(): Peer {
  const { clients, issuer, redirect_uris: redirectUri, user, ...endpoints } = document<Described>('JMONDI');
  return {
    name: '@jmondi/oauth2-server',
    issuer,
    ca: undefined,
    metadata: undefined,
    endpoints: {
      tokenEndpoint: String(endpoints.token_endpoint),
      authorizationEndpoint: String(endpoints.authorization_endpoint),
      introspectionEndpoint: String(endpoints.introspection_endpoint),
      revocationEndpoint: String(endpoints.revocation_endpoint),
    },
    visitor: user,
    clients: {
      none: always(clients.public),
      'client-secret-post': always(clients.confidential),
      'client-secret-basic': always(clients.confidential),
      'client-secret-basic-raw': always(clients.confidential),
    },
    flows: {
      password: { scope: ['read'], values: credentials(user) },
      'client-credentials': { scope: ['read'] },
      'authorization-code': { scope: ['read'], values: { redirectUri } },
      'refresh-token': {},
      'token-exchange': { scope: ['read'], audience: 'https://stock.example.test' },
    },
    refused: MACHINE,
    first: 'password',
    usual: 'client-secret-basic',
  };
}

function oidcProvider(): Peer {
  const { ca, clients, issuer, name, user } = document<Described>('OIDC_PROVIDER');
  const person = { scope: ['openid', 'offline_access'] };
  return {
    name,
    issuer,
    ca: read(ca),
    metadata: `${issuer}/.well-known/openid-configuration`,
    endpoints: {},
    visitor: { ...user, ca: read(ca) },
    clients: {
      none: always(clients.public),
      'client-secret-post': always(clients.post),
      'client-secret-basic': always(clients.basic),
      'client-secret-basic-raw': always(clients.basic),
      'client-secret-jwt': always(clients.secretJwt),
      'private-key-jwt': always(clients.privateKeyJwt),
      'client-assertion': () => workload(clients.privateKeyJwt as Registered, issuer),
      'tls-client-auth': always(clients.tls),
      'self-signed-tls-client-auth': always(clients.selfSigned),
    },
    flows: {
      'authorization-code': person,
      'client-credentials': { scope: ['read'], resource: ['https://api.interop.test'] },
      'device-code': person,
      ciba: { ...person, values: { loginHint: user.username } },
      'refresh-token': {},
    },
    refused: { ...MACHINE, 'ciba, none': 'it wants to know the client' },
    first: 'authorization-code',
    usual: 'client-secret-basic',
  };
}

function mock(): Peer {
  const { clients, issuer, name, user } = document<Described>('MOCK');
  return {
    name,
    issuer,
    ca: undefined,
    metadata: `${issuer}/.well-known/openid-configuration`,
    endpoints: {},
    visitor: user,
    clients: { none: always(clients.public) },
    flows: {
      password: { ...OPENID, values: credentials(user) },
      'client-credentials': { scope: ['read'] },
      'authorization-code': OPENID,
    },
    refused: {},
    first: 'password',
    usual: 'none',
  };
}

export const peers = (): readonly Peer[] => [lemonldap(), glewlwyd(), django(), jmondi(), oidcProvider(), mock()];

/** What a server publishes about itself, unread by Padlock. */
export type Published = Partial<Metadata> & Readonly<Record<string, unknown>>;
