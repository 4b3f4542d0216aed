/** An answer of the token endpoint that is not a token → the error it stands for. Matched on `error`, never on a description. */

import { type ErrorCode, PadlockError } from './errors.ts';
import { retryAfter } from './http-answers.ts';
import { parseJson } from './json.ts';
import type { JsonObject } from './json-value.ts';
import { flagName, quoted } from './options.ts';
import type { HttpResponse } from './ports.ts';
import type { Preset } from './preset.ts';
import { REASONS } from './reasons.ts';
import type { Redactor } from './secret.ts';
import { excerpt } from './text.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  invalid_grant: 'auth_invalid_grant',
  access_denied: 'auth_access_denied',
  expired_token: 'auth_expired',
  mfa_required: 'auth_interaction_required',
  login_required: 'auth_interaction_required',
  consent_required: 'auth_interaction_required',
  interaction_required: 'auth_interaction_required',
  account_selection_required: 'auth_interaction_required',
  unmet_authentication_requirements: 'auth_interaction_required',
  invalid_client: 'client_invalid',
  unauthorized_client: 'client_unauthorized',
  unsupported_grant_type: 'client_unsupported_grant',
  unsupported_response_type: 'client_unsupported_grant',
  invalid_scope: 'client_invalid_scope',
  invalid_request: 'client_invalid_request',
  invalid_target: 'client_invalid_target',
  invalid_authorization_details: 'client_invalid_request',
  invalid_dpop_proof: 'client_dpop',
  use_dpop_nonce: 'client_dpop',
  temporarily_unavailable: 'idp_unavailable',
  server_error: 'idp_unavailable',
};
/** Lock-outs that arrive as 429: waiting a second does not help, and another try makes it worse. */
const LOCKED = new Set(['too_many_attempts']);

/** Characters. */
const LONGEST_CLAIMS = 4000;
/** Characters of a description that are looked at; a few hundred are shown. */
const FAR = 8192;

/** Where providers say how they will find this answer in their log. */
const REQUEST_ID = ['x-request-id', 'x-correlation-id', 'x-ms-request-id'];

/** The body as a JSON object, or undefined: error answers come empty, as HTML, or as text on real servers. */
function bodyOf(response: HttpResponse): JsonObject | undefined {
  try {
    const value = parseJson(response.body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined; // not JSON: the status alone has to say it
  }
}

/** The code for an answer without an `error` member. */
function codeOfStatus(response: HttpResponse): ErrorCode {
  const { status } = response;
  if (status === 429) return 'idp_rate_limited'; // check: status 429
  if (status >= 500) return 'idp_unavailable'; // check: status 5xx
  if (status >= 300 && status < 400) return 'proto_redirect'; // check: status 3xx
  if (status === 401) return 'client_invalid'; // check: status 401
  if (status === 403) return 'auth_access_denied'; // check: status 403
  return status === 400 ? 'proto_bad_shape' : 'proto_status';
}

function codeOf(response: HttpResponse, error: string | undefined): ErrorCode {
  if (error !== undefined && LOCKED.has(error)) return 'auth_access_denied'; // check: lock-out
  // a server in trouble is believed in nothing else: a 503 that says invalid_grant must not end a session
  if (response.status === 429 || response.status >= 500) return codeOfStatus(response); // check: server in trouble
  if (error === undefined) return codeOfStatus(response); // check: no OAuth error
  return codeOfError(error); // check: OAuth error
}

/** What an `error` of a token or an authorization response means; one that nobody knows is a refusal. */
export const codeOfError = (error: string): ErrorCode => (Object.hasOwn(CODES, error) && CODES[error]) || 'auth_access_denied';

export interface FailureContext {
  /** "the token endpoint". */
  readonly purpose: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly redactor: Redactor;
  /** How the client proved itself, and how else the provider lets it, as a user names them. */
  readonly provedBy?: string;
  readonly others?: readonly string[] | undefined;
  /** The option of what was issued for an earlier request and was sent again. */
  readonly repeated?: string | undefined;
  readonly preset?: Preset | undefined;
  /** What was sent, without what may be a credential. */
  readonly form?: Readonly<Record<string, string>>;
}

/** The whole answers, for who goes on where a sign-in needs more: an error itself carries no credential. */
const answers = new WeakMap<PadlockError, JsonObject>();
/** What a provider answered when it refused. Unmasked: it may hold credentials. */
export const answerOf = (failure: PadlockError): JsonObject | undefined => answers.get(failure);

/** The failure that an error response stands for (RFC 6749 §5.2, and what real servers answer instead). Secrets it echoes are masked. */
export function oauthFailure(response: HttpResponse, context: FailureContext): PadlockError {
  const { purpose, now, redactor } = context;
  const body = bodyOf(response);
  const error = body?.error || undefined; // null and "" say nothing
  if (error !== undefined && typeof error !== 'string')
    return new PadlockError('proto_bad_shape', {
      message: `${purpose} answered with an error that is not a text.`,
      httpStatus: response.status,
    }); // check: error is a text
  const explained = context.preset?.explain?.({ status: response.status, error, body: body ?? {}, form: context.form ?? {} });
  const reason = response.status >= 500 ? undefined : explained?.reason; // check: reason of a server in trouble
  const meaning = reason && REASONS[reason];
  const code = meaning?.code ?? codeOf(response, error);
  const requestId = [...REQUEST_ID.map((name) => response.headers[name]), body?.trace_id].find((id) => typeof id === 'string');
  const safe = (text: string, limit?: number): string => excerpt(redactor.mask(text.slice(0, FAR)).replace(/\s+/g, ' ').trim(), limit); // masked as it came
  const said = typeof body?.error_description === 'string' ? safe(body.error_description) : '';
  const claims = typeof body?.claims === 'string' && body.claims.length <= LONGEST_CLAIMS ? redactor.mask(body.claims) : undefined;
  const message = meaning
    ? `${meaning.message}${said && reason !== 'wrong_credentials' ? ` The provider says: ${said}` : ''}`
    : error === undefined
      ? `${purpose} answered ${response.status} without an OAuth error.`
      : `The provider refused: ${quoted(redactor.mask(error))}.${said && ` ${said}`}`;
  const failure = new PadlockError(code, {
    message,
    reason,
    hint: claims === undefined ? (explained?.hint ?? meaning?.hint ?? hintFor(code, error, context)) : withClaims(claims),
    oauthError: error && safe(error, 100),
    httpStatus: response.status,
    retryAfter: code === 'idp_rate_limited' || code === 'idp_unavailable' ? retryAfter(response.headers, now) : undefined,
    requestId: requestId && safe(requestId, 100),
    claims,
  });
  if (body !== undefined) answers.set(failure, body);
  return failure;
}

/** What a browser sign-in has to carry, in a form that a shell takes. */
const withClaims = (claims: string): string =>
  /^[\w\s{}[\]":,.-]{2,400}$/.test(claims)
    ? `Sign in with --flow authorization-code --param claims='${claims}'`
    : 'Sign in with --flow authorization-code and --param claims=…, as the JSON of this error has it (--format json).';

const alternatives = ({ others = [] }: FailureContext): string => (others.length === 0 ? '' : `: the provider lists ${others.join(', ')}`);

const sentAgain = (flag: string): string =>
  `--${flag} was in an earlier request, too, and a provider may take it once: name where each request gets a new one, with --${flag}-source, or with --${flag}-file and a file that is kept fresh.`;

/** Where more is known than the code says. */
function hintFor(code: ErrorCode, error: string | undefined, client: FailureContext): string | undefined {
  if (code === 'client_invalid' && client.repeated !== undefined) return sentAgain(flagName(client.repeated));
  if (code === 'client_invalid' && client.provedBy !== undefined)
    return `Check --client-id and what proves it (${client.provedBy}), or choose another way with --client-auth${alternatives(client)}.`;
  if (error === undefined && code === 'proto_bad_shape')
    return `The provider gave no reason; the client id, the client secret, how it is sent (--client-auth${alternatives(client)}) or the flow may be wrong.`;
  return undefined;
}
