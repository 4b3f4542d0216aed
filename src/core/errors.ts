/** One class of failure; its codes stand in error-codes.ts. */
import { CATEGORIES } from './error-codes.ts';
import { HINTS } from './hints.ts';

export type Category = keyof typeof CATEGORIES;
/** A built-in error code. A plugin adds its own as `<plugin>_<what>`. */
export type ErrorCode = (typeof CATEGORIES)[Category]['codes'][number];

/** What to do about a failure, where whoever reports it knows nothing better. */
const USUAL_HINTS: Readonly<Record<ErrorCode, string>> = HINTS;
const OWN_CODE = "The code is the plugin's own: see its documentation.";

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

/** A way to go on: what `--mfa` takes. */
export interface Choice {
  readonly method: string;
  readonly id?: string;
  readonly label?: string;
}

/** What can be said about a failure besides its code. None of it may hold a secret. */
export interface About {
  /** One sentence: what went wrong. */
  readonly message?: string | undefined;
  /** One sentence: what to do about it. Default: what is usually done about such a failure. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** For a plugin's own code; built-in codes have theirs. Default: `auth`. */
  readonly category?: Category | undefined;
  /** What is the matter, in the one vocabulary for all providers; see reasons.ts. */
  readonly reason?: string | undefined;
  /** The `error` member of an OAuth error response (RFC 6749 §5.2). */
  readonly oauthError?: string | undefined;
  readonly httpStatus?: number | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  readonly requestId?: string | undefined;
  /** What the user could choose among, where the call does not say. */
  readonly choices?: readonly Choice[] | undefined;
  /** The `claims` parameter that the next sign-in with a browser has to carry, as JSON. */
  readonly claims?: string | undefined;
}

const BRAND: unique symbol = Symbol.for('padlock.error');

/** Every failure Padlock reports. Recognise it with {@link isPadlockError}, which also knows one from another copy of Padlock. */
export class PadlockError extends Error {
  override readonly name = 'PadlockError';
  readonly code: string;
  readonly category: Category;
  /** The process exit code that stands for it. */
  readonly exit: number;
  readonly hint: string;
  readonly retryable: boolean;
  readonly reason: string | undefined;
  readonly oauthError: string | undefined;
  readonly httpStatus: number | undefined;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;
  readonly choices: readonly Choice[] | undefined;
  readonly claims: string | undefined;

  constructor(code: string, about: About = {}) {
    super(about.message ?? code, about.cause === undefined ? undefined : { cause: about.cause });
    this.code = String(code);
    this.category = CATEGORY_OF.get(code) ?? categoryOf(about.category);
    this.exit = CATEGORIES[this.category].exit;
    this.hint = about.hint || (isErrorCode(code) ? USUAL_HINTS[code] : OWN_CODE);
    this.retryable = isRetryable(code);
    this.reason = about.reason;
    this.oauthError = about.oauthError;
    this.httpStatus = about.httpStatus;
    this.retryAfter = about.retryAfter;
    this.requestId = about.requestId;
    this.choices = about.choices;
    this.claims = about.claims;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The error document of a machine format, without the `error` envelope. */
  toJSON(): Readonly<Record<string, unknown>> {
    return {
      code: this.code,
      category: this.category,
      exit: this.exit,
      message: this.message,
      hint: this.hint,
      retryable: this.retryable,
      ...(this.reason !== undefined && { reason: this.reason }),
      ...(this.oauthError !== undefined && { oauth_error: this.oauthError }),
      ...(this.httpStatus !== undefined && { http_status: this.httpStatus }),
      ...(this.retryAfter !== undefined && { retry_after: this.retryAfter }),
      ...(this.requestId !== undefined && { request_id: this.requestId }),
      ...(this.choices !== undefined && { choices: this.choices }),
      ...(this.claims !== undefined && { claims: this.claims }),
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

/** Everything a strategy can fail with: a built-in code, or `<plugin>_<what>`. */
export type Fail = (code: ErrorCode | (string & {}), about?: About) => never;
