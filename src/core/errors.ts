/** One class of failure, its codes (they are API) and the exit code of each category. */

const CATEGORIES = {
  internal: { exit: 1, codes: ['internal'] },
  usage: {
    exit: 2,
    codes: [
      'usage_missing_command',
      'usage_unknown_command',
      'usage_missing_option',
      'usage_missing_flow',
      'usage_option_not_for_flow',
      'usage_unknown_option',
      'usage_unexpected_argument',
      'usage_bad_value',
      'usage_conflict',
      'usage_unknown_flow',
      'usage_unknown_format',
      'usage_unknown_strategy',
      'prompt_unavailable',
    ],
  },
  config: {
    exit: 3,
    codes: [
      'config_not_found',
      'config_parse',
      'config_schema',
      'config_insecure_permissions',
      'config_insecure_url',
      'config_bad_url',
      'config_profile_unknown',
      'config_missing_credential',
      'config_weak_secret',
      'config_bad_key',
      'config_bad_ca',
      'config_untrusted',
      'config_conflict',
    ],
  },
  auth: {
    exit: 4,
    codes: [
      'auth_invalid_grant',
      'auth_access_denied',
      'auth_expired',
      'auth_timeout',
      'auth_refresh_rejected',
      'auth_login_required',
      'auth_interaction_required',
    ],
  },
  client: {
    exit: 5,
    codes: [
      'client_invalid',
      'client_unauthorized',
      'client_unsupported_grant',
      'client_invalid_scope',
      'client_invalid_request',
      'client_invalid_target',
      'client_dpop',
    ],
  },
  network: { exit: 6, codes: ['net_dns', 'net_connect', 'net_tls', 'net_timeout', 'net_reset', 'net_proxy'] },
  protocol: {
    exit: 7,
    codes: [
      'proto_not_json',
      'proto_content_type',
      'proto_bad_shape',
      'proto_duplicate_key',
      'proto_too_deep',
      'proto_too_large',
      'proto_status',
      'proto_redirect',
      'proto_token_type',
      'proto_discovery_mismatch',
      'proto_discovery_invalid',
      'proto_jwks_invalid',
    ],
  },
  verification: {
    exit: 8,
    codes: [
      'token_missing',
      'token_malformed',
      'token_encrypted',
      'token_alg_not_allowed',
      'token_signature',
      'token_key_not_found',
      'token_key_ambiguous',
      'token_key_unsafe',
      'token_issuer',
      'token_audience',
      'token_azp',
      'token_expired',
      'token_not_yet_valid',
      'token_iat',
      'token_claim_missing',
      'token_claim_type',
      'token_nonce',
      'token_at_hash',
      'token_acr',
      'token_type',
      'token_crit',
      'token_sub_mismatch',
      'token_inactive',
    ],
  },
  storage: {
    exit: 9,
    codes: [
      'store_locked',
      'store_corrupt',
      'store_permissions',
      'store_symlink',
      'store_no_space',
      'store_io',
      'store_version',
      'store_decrypt',
      'keyring_unavailable',
      'io_output',
    ],
  },
  unavailable: { exit: 10, codes: ['idp_rate_limited', 'idp_unavailable'] },
  plugin: {
    exit: 11,
    codes: [
      'plugin_not_found',
      'plugin_load_failed',
      'plugin_changed',
      'plugin_contract',
      'plugin_conflict',
      'plugin_timeout',
      'plugin_crashed',
    ],
  },
  not_executable: { exit: 126, codes: ['exec_not_executable'] },
  not_found: { exit: 127, codes: ['exec_not_found'] },
  cancelled: { exit: 130, codes: ['cancelled'] },
} as const;

export type Category = keyof typeof CATEGORIES;
/** A built-in error code. A plugin adds its own as `<plugin>_<what>`. */
export type ErrorCode = (typeof CATEGORIES)[Category]['codes'][number];

const RETRYABLE: ReadonlySet<string> = new Set([
  'net_dns',
  'net_connect',
  'net_timeout',
  'net_reset',
  'net_proxy',
  'store_locked',
  'idp_rate_limited',
  'idp_unavailable',
]);

/** The whole taxonomy, in the order of the exit codes: what `padlock help exit-codes` prints. */
export const EXIT_CODES: readonly { readonly exit: number; readonly category: Category; readonly codes: readonly string[] }[] =
  Object.entries(CATEGORIES).map(([category, { exit, codes }]) => ({ exit, category: category as Category, codes }));

const CATEGORY_OF: ReadonlyMap<string, Category> = new Map(
  EXIT_CODES.flatMap(({ category, codes }) => codes.map((code) => [code, category] as const)),
);

export const isErrorCode = (code: string): code is ErrorCode => CATEGORY_OF.has(code);
export const isRetryable = (code: string): boolean => RETRYABLE.has(code);

/** What can be said about a failure besides its code. None of it may hold a secret. */
export interface About {
  /** One sentence: what went wrong. */
  readonly message?: string | undefined;
  /** One sentence: what to do about it. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** For a plugin's own code; built-in codes have theirs. Default: `auth`. */
  readonly category?: Category | undefined;
  /** The `error` member of an OAuth error response (RFC 6749 §5.2). */
  readonly oauthError?: string | undefined;
  readonly httpStatus?: number | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  readonly requestId?: string | undefined;
}

const BRAND: unique symbol = Symbol.for('padlock.error');

/** Every failure Padlock reports. Recognise it with {@link isPadlockError}, which also knows one from another copy of Padlock. */
export class PadlockError extends Error {
  override readonly name = 'PadlockError';
  readonly code: string;
  readonly category: Category;
  /** The process exit code that stands for it. */
  readonly exit: number;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly oauthError: string | undefined;
  readonly httpStatus: number | undefined;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;

  constructor(code: string, about: About = {}) {
    super(about.message ?? code, about.cause === undefined ? undefined : { cause: about.cause });
    this.code = String(code);
    this.category = CATEGORY_OF.get(code) ?? categoryOf(about.category);
    this.exit = CATEGORIES[this.category].exit;
    this.hint = about.hint;
    this.retryable = isRetryable(code);
    this.oauthError = about.oauthError;
    this.httpStatus = about.httpStatus;
    this.retryAfter = about.retryAfter;
    this.requestId = about.requestId;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The error document of a machine format, without the `error` envelope. */
  toJSON(): Readonly<Record<string, unknown>> {
    return {
      code: this.code,
      category: this.category,
      exit: this.exit,
      message: this.message,
      ...(this.hint !== undefined && { hint: this.hint }),
      retryable: this.retryable,
      ...(this.oauthError !== undefined && { oauth_error: this.oauthError }),
      ...(this.httpStatus !== undefined && { http_status: this.httpStatus }),
      ...(this.retryAfter !== undefined && { retry_after: this.retryAfter }),
      ...(this.requestId !== undefined && { request_id: this.requestId }),
    };
  }
}

/** Throws a {@link PadlockError} with a built-in code. */
export function fail(code: ErrorCode, message: string, about: Omit<About, 'message'> = {}): never {
  throw new PadlockError(code, { ...about, message });
}

/** A plugin, which nobody type-checked, may name one that does not exist: an error without an exit code would look like success. */
const categoryOf = (named: string | undefined): Category =>
  named !== undefined && Object.hasOwn(CATEGORIES, named) ? (named as Category) : 'auth';

/** Whatever it is: also a Proxy that throws when it is looked at. */
export function isPadlockError(value: unknown): value is PadlockError {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return (value as { [BRAND]?: unknown })[BRAND] === true && typeof (value as { code?: unknown }).code === 'string';
  } catch {
    return false; // ours can be looked at
  }
}
