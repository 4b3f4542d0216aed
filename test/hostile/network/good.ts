/** What a good provider says: metadata, keys, tokens that rotate and are told when used twice. */
import { createHash, randomBytes } from 'node:crypto';
import { keyFor, type SigningKey, segment, strangerFor, token } from '../../core/forge.ts';
import type { Asked, Forged } from './answer.ts';

export const CLIENT_ID = 'acme-cli';
export const USERNAME = 'robin@percy.test';

/** A text that is nowhere else: what {@link leaks} finds is a leak. */
export const canary = (name: string): string => `${name}-${randomBytes(30).toString('base64url')}`;

/** A good answer: its status and the members of its JSON. */
export interface Good {
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const refused = (error: string, status = 400): Good => ({ status, members: { error } });
const RS256 = keyFor('RS256');
const stranger = strangerFor('RS256');
/** The key that comes after the published one. */
export const NEXT: SigningKey = { ...stranger, jwk: { ...stranger.jwk, kid: 'k-next' } };
const ALL_GRANTS = [
  'authorization_code',
  'client_credentials',
  'password',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
];

interface Started {
  readonly nonce: string | undefined;
  readonly challenge: string | undefined;
}

/** One account at one provider. Every value it hands out is remembered, so that the harness can look for it. */
export class GoodProvider {
  readonly password = canary('pw');
  readonly clientSecret = canary('cs');
  /** Access and refresh tokens, codes, and the signatures of ID tokens. */
  readonly issued = new Set<string>();
  readonly #issuer: string;
  readonly #refresh = new Map<string, 'live' | 'spent'>();
  readonly #codes = new Map<string, Started>();
  /** A refresh token was used twice: the family is over. */
  isRevoked = false;

  constructor(issuer: string) {
    this.#issuer = issuer;
  }

  discovery(): Good {
    const at = (path: string): string => `${this.#issuer}/${path}`;
    return {
      status: 200,
      members: {
        issuer: this.#issuer,
        token_endpoint: at('token'),
        jwks_uri: at('jwks'),
        authorization_endpoint: at('authorize'),
        device_authorization_endpoint: at('device'),
        revocation_endpoint: at('revoke'),
        introspection_endpoint: at('introspect'),
        userinfo_endpoint: at('userinfo'),
        grant_types_supported: ALL_GRANTS,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      },
    };
  }

  jwks(): Good {
    return { status: 200, members: { keys: [RS256.jwk] } };
  }

  token({ form }: Asked, idToken: Forged = {}): Good {
    const grant = form.get('grant_type');
    if (grant === 'client_credentials')
      return { status: 200, members: { access_token: this.#issue('at'), token_type: 'Bearer', expires_in: 3600 } };
    if (grant === 'password' && form.get('password') !== this.password) return refused('invalid_grant');
    if (grant === 'refresh_token' && !this.#spend(form.get('refresh_token') ?? '')) return refused('invalid_grant');
    const started = grant === 'authorization_code' ? this.#redeem(form) : undefined;
    if (grant === 'authorization_code' && started === undefined) return refused('invalid_grant');
    const refresh = this.#issue('rt');
    this.#refresh.set(refresh, 'live');
    return {
      status: 200,
      members: {
        access_token: this.#issue('at'),
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: refresh,
        id_token: this.#idToken(idToken, started?.nonce),
      },
    };
  }

  device(): Good {
    const code = this.#issue('dc');
    const uri = `${this.#issuer}/activate`;
    return { status: 200, members: { device_code: code, user_code: 'WDJB-MJHT', verification_uri: uri, expires_in: 300, interval: 1 } };
  }

  /** Somebody signs in at once and agrees to everything. */
  authorize({ query }: Asked): Good {
    const code = this.#issue('ac');
    this.#codes.set(code, { nonce: query.get('nonce') ?? undefined, challenge: query.get('code_challenge') ?? undefined });
    const back = new URL(query.get('redirect_uri') ?? this.#issuer);
    for (const [name, value] of [
      ['code', code],
      ['state', query.get('state') ?? ''],
      ['iss', this.#issuer],
    ] as const)
      back.searchParams.set(name, value);
    return { status: 302, members: {}, headers: { location: back.href } };
  }

  revoke({ form }: Asked): Good {
    if (this.#refresh.has(form.get('token') ?? '')) this.#refresh.set(form.get('token') ?? '', 'spent');
    return { status: 200, members: {} };
  }

  introspect({ form }: Asked): Good {
    return { status: 200, members: { active: this.issued.has(form.get('token') ?? '') } };
  }

  userinfo(): Good {
    return { status: 200, members: { sub: 'robin', name: 'Robin Percy', email: USERNAME } };
  }

  #issue(kind: string): string {
    const value = canary(kind);
    this.issued.add(value);
    return value;
  }

  #idToken({ alg = 'RS256', claims = {}, header = {}, key, raw }: Forged, nonce: string | undefined): unknown {
    if (raw !== undefined) return raw;
    const now = Math.floor(Date.now() / 1000);
    const own = { iss: this.#issuer, sub: 'robin', aud: CLIENT_ID, exp: now + 3600, iat: now, name: 'Robin Percy', email: USERNAME, nonce };
    const payload = { ...own, ...claims };
    if (key === 'none') return `${segment({ alg: 'none', ...header })}.${segment(payload)}.`;
    const made = token(key === 'next' ? NEXT : this.#signer(alg, key === 'stranger'), { header, payload });
    this.issued.add(made.slice(made.lastIndexOf('.') + 1));
    return made;
  }

  #signer(alg: string, isStranger: boolean): SigningKey {
    if (alg.startsWith('HS')) return { alg, key: isStranger ? canary('hs') : this.clientSecret, jwk: { kty: 'oct' } };
    return isStranger ? strangerFor(alg) : keyFor(alg);
  }

  /** Rotation with reuse detection (RFC 9700 §4.14.2): a spent token ends the family. */
  #spend(token: string): boolean {
    if (this.#refresh.get(token) === 'spent') this.isRevoked = true;
    if (this.isRevoked || this.#refresh.get(token) !== 'live') return false;
    this.#refresh.set(token, 'spent');
    return true;
  }

  #redeem(form: URLSearchParams): Started | undefined {
    const code = form.get('code') ?? '';
    const started = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    return started?.challenge === challenge ? started : undefined;
  }
}
