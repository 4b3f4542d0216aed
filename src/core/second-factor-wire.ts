/** The second factor on the wire: the list of authenticators and the challenge, as Auth0 (JSON) and Okta (forms) document them. */
import type { Client } from './client-identity.ts';
import { fail } from './errors.ts';
import { checkStatus } from './http-answers.ts';
import { parseJson } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import type { Request } from './messages.ts';
import { quoted } from './options.ts';
import type { Ports } from './ports.ts';
import type { MfaFacts } from './preset.ts';
import type { Provider } from './provider.ts';
import type { Authenticator } from './second-factor.ts';
import { excerpt } from './text.ts';

const GRANT = 'http://auth0.com/oauth/grant-type/mfa-';
/** The grants that redeem a factor; Okta took over Auth0's names. */
export const MFA = { otp: `${GRANT}otp`, oob: `${GRANT}oob`, recovery: `${GRANT}recovery-code` } as const;

interface Wire {
  readonly client: Client;
  readonly provider: Provider;
  readonly ports: Pick<Ports, 'clock' | 'http'>;
  readonly request: Request;
}

/** Where the provider lists nothing: what it takes. */
const UNLISTED: readonly Authenticator[] = ['otp', 'push', 'sms', 'voice'].map((method) => ({ method, label: method }));

const url = ({ info }: Client, path: string): string => new URL(path, info.metadata.token_endpoint).href;
const text = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The factors that the user has; none when none is enrolled. */
export async function authenticators(facts: MfaFacts, token: string, { client, ports, request }: Wire): Promise<readonly Authenticator[]> {
  if (facts.authenticators === undefined) return UNLISTED;
  const purpose = 'the list of authenticators';
  const response = await ports.http.send({
    method: 'GET',
    url: url(client, facts.authenticators),
    headers: { accept: 'application/json', authorization: `Bearer ${token}` },
    purpose,
    signal: request.signal,
  });
  if (response.status === 401) fail('auth_expired', 'The sign-in waited too long for its second factor.', { hint: 'Begin again.' });
  checkStatus(response, purpose, ports.clock.now());
  const list = parseJson(response.body, 'The list of authenticators');
  if (!Array.isArray(list)) fail('proto_bad_shape', 'The list of authenticators is not a list.'); // check: authenticators list
  return list.flatMap((one) =>
    typeof one === 'object' && one !== null && !Array.isArray(one) ? (authenticatorOf(one as JsonObject) ?? []) : [],
  );
}

function authenticatorOf({ active, authenticator_type: type, id, name, oob_channel: channel }: JsonObject): Authenticator | undefined {
  if (active === false) return undefined;
  const method =
    type === 'oob' ? (channel === 'auth0' ? 'push' : text(channel)) : type === 'otp' || type === 'recovery-code' ? type : undefined;
  if (method === undefined || !/^[a-z-]{1,20}$/.test(method)) return undefined; // one that a terminal cannot serve
  return { method, id: text(id) === undefined ? undefined : excerpt(id as string, 100), label: excerpt(text(name) ?? method, 80) };
}

export interface Challenge {
  /** Stands for the challenge when it is redeemed; a credential. */
  readonly code: string;
  readonly binding: 'none' | 'prompt' | 'transfer';
  /** What the user compares or types on the device. */
  readonly shown: string | undefined;
  readonly interval: JsonValue | undefined;
  readonly lifetime: JsonValue | undefined;
}

/** Starts what happens out of band. Throws as the token endpoint does. */
export async function challengeOf(facts: MfaFacts, { id, method }: Authenticator, token: string, wire: Wire): Promise<Challenge> {
  const { client, provider, request } = wire;
  const endpoint = 'mfa_challenge_endpoint';
  const metadata = { ...client.info.metadata, [endpoint]: url(client, facts.challenge) };
  const form =
    facts.format === 'json'
      ? { challenge_type: 'oob', authenticator_id: id }
      : { challenge_types_supported: MFA.oob, channel_hint: method };
  const there = { ...client, info: { ...client.info, metadata } };
  const sent = { client_id: client.info.clientId, mfa_token: token, ...form };
  const answer = await provider.post(there, endpoint, sent, { ...(request.signal && { signal: request.signal }) }, facts.format);
  const code = text(answer.oob_code);
  if (code === undefined) fail('proto_bad_shape', 'The challenge of the second factor has no oob_code.'); // check: challenge
  const binding = text(answer.binding_method) ?? 'none';
  if (binding !== 'none' && binding !== 'prompt' && binding !== 'transfer')
    fail('proto_bad_shape', `The challenge wants a code to be handed over in an unknown way: ${quoted(binding)}.`); // check: binding method
  const shown = text(answer.binding_code);
  return {
    code,
    binding,
    shown: shown === undefined ? undefined : excerpt(shown, 40),
    interval: answer.interval,
    lifetime: answer.expires_in,
  };
}
