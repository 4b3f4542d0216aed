/** What a test tells the sandbox to do with the next requests to an endpoint. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json };

export const ENDPOINTS = [
  'discovery',
  'jwks',
  'token',
  'userinfo',
  'revocation',
  'introspection',
  'authorization',
  'par',
  'device_authorization',
  'backchannel_authentication',
  'device',
  'interaction',
  'phone',
  'mfa',
  'end_session',
  'other',
] as const;
/** `device`, `interaction` and `phone` are the pages a human sees; `other` is any path the provider does not have. */
export type Endpoint = (typeof ENDPOINTS)[number];

/** How to forge a JWT of a good answer. Without `key` it is signed again with the right key for its algorithm. */
export interface TokenChange {
  /** Claims to set; null removes one. */
  readonly claims?: Readonly<Record<string, Json>>;
  /** Header members to set; null removes one. An `HS…` algorithm is keyed by the client's secret. */
  readonly header?: Readonly<Record<string, Json>>;
  /** `wrong`: a key nobody published. `public-key-as-secret`: HMAC with the PEM of the public key that would verify it. `none`: no signature. */
  readonly key?: 'wrong' | 'public-key-as-secret' | 'none';
  /** The whole token, instead of all that. */
  readonly raw?: string;
}

/** With `status` or `body` the provider is not asked and this is the answer; else its answer is changed. */
export interface Behaviour {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is; anything else as JSON. */
  readonly body?: Json;
  /** Milliseconds before the answer. */
  readonly delay?: number;
  /**
   * Closes the connection: `before` the provider sees the request, or after it handled it and the `headers`,
   * or half of the `body`, were sent.
   */
  readonly hangUp?: 'before' | 'headers' | 'body';
  /** The `id_token` of the answer. */
  readonly idToken?: TokenChange;
  /** The `access_token` of the answer, where that is a JWT. */
  readonly accessToken?: TokenChange;
  /** Members of the JSON answer to set; null removes one. */
  readonly response?: Readonly<Record<string, Json>>;
  /** A DPoP proof has to hold a nonce of the provider's; one that does not is answered with one. */
  readonly dpopNonce?: boolean;
  /**
   * Parameters with which the browser is sent back to the client, to set; null removes one. At the endpoint `authorization`; pages may come
   * before that.
   */
  readonly redirect?: Readonly<Record<string, string | null>>;
  /** For how many requests; default 1, `Infinity` for all. */
  readonly repeat?: number;
}

/** The queue of programmed behaviours, first in first out for each endpoint. */
export class Script {
  readonly #queues = new Map<Endpoint, { readonly behaviour: Behaviour; left: number }[]>();

  /** Throws a TypeError for what could never take effect. */
  add(endpoint: Endpoint, behaviour: Behaviour): void {
    if (!ENDPOINTS.includes(endpoint)) throw new TypeError(`There is no endpoint "${endpoint}"; known: ${ENDPOINTS.join(', ')}.`);
    const replaced = behaviour.status !== undefined || behaviour.body !== undefined;
    const changed = behaviour.response !== undefined || behaviour.idToken !== undefined || behaviour.accessToken !== undefined;
    if (replaced && changed)
      throw new TypeError('An answer is either replaced (status, body) or changed (response, idToken, accessToken).');
    if (behaviour.redirect !== undefined && (endpoint !== 'authorization' || replaced || behaviour.hangUp !== undefined))
      throw new TypeError('"redirect" changes what the endpoint authorization answers, and nothing else can be done to that.');
    if (behaviour.hangUp === 'before' && (replaced || changed))
      throw new TypeError('After hanging up before the answer there is no answer.');
    const { repeat = 1, ...rest } = behaviour;
    if (!(repeat >= 1)) throw new TypeError('"repeat" is at least 1.');
    const queue = this.#queues.get(endpoint) ?? [];
    this.#queues.set(endpoint, [...queue, { behaviour: rest, left: repeat }]);
  }

  /** The behaviour for a request that has just arrived. */
  take(endpoint: Endpoint): Behaviour | undefined {
    const queue = this.#queues.get(endpoint);
    const first = queue?.[0];
    if (first === undefined) return undefined;
    first.left -= 1;
    if (first.left <= 0) queue?.shift();
    return first.behaviour;
  }
}
