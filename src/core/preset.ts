/** What is known of a well-known provider beyond what it publishes, and what its refusals mean. */
import type { JsonObject } from './json-value.ts';
import type { Reason } from './reasons.ts';

/** Facts, all of them optional but how the issuer is built. */
export interface PresetFacts {
  /**
   * Issuers as templates: `{name}` is the value of an option that the preset declares, or a configured `{issuer}` to start from. The first one
   * whose parameters are all there is filled in; one without parameters always is.
   */
  readonly issuers: readonly string[];
  /**
   * By issuer, letter for letter: the one other way in which its discovery document and its ID tokens spell it. `{tenantid}` stands for the
   * token's own `tid`, which has to be a GUID.
   */
  readonly spellings?: Readonly<Record<string, string>>;
  /** What a person's sign-in asks for by default. */
  readonly scope?: readonly string[];
  /** What to turn on there, if no refresh token came though `offline_access` asked for one. A sentence. */
  readonly refreshSetting?: string;
  /** Names of client authentication methods, the preferred one first: which one is tried where several would do. */
  readonly clientAuth?: readonly string[];
  /** How a loopback redirect URI has to name this machine. Default: `ip` (RFC 8252 §7.3). */
  readonly loopback?: 'ip' | 'localhost';
  /** What the provider calls the list of redirect URIs in the settings of a client. */
  readonly redirectSetting?: string;
  /** Redirect URIs are compared letter for letter, the port too: one that changes cannot be registered. */
  readonly exactRedirect?: boolean;
  /** The parameter of a password request that carries a one-time code. */
  readonly otpParameter?: string;
  /** How a grant goes on that was answered with `mfa_required`. */
  readonly mfa?: MfaFacts;
  /** Audiences of access tokens that are signed for their API alone. */
  readonly opaqueAudiences?: readonly string[];
}

/** The wire of a second factor. URLs are relative to the token endpoint. */
export interface MfaFacts {
  readonly challenge: string;
  /** Where the user's authenticators are listed; absent: they are not. */
  readonly authenticators?: string;
  /** How a challenge is asked for: JSON with an authenticator's identifier, or a form with a channel. */
  readonly format: 'json' | 'form';
  /** What was asked for is asked again with the code. */
  readonly repeats?: boolean;
}

/** A refusal as a preset sees it. What it says back is its own words: the texts in here are hostile, and may quote the request. */
export interface Refusal {
  readonly status: number;
  /** The `error` member (RFC 6749 §5.2). */
  readonly error: string | undefined;
  readonly body: JsonObject;
  /** What was sent, without what may be a credential. */
  readonly form: Readonly<Record<string, string>>;
}

export interface Explanation {
  /** What is the matter. */
  readonly reason?: Reason;
  /** What to do about it, in the provider's own terms. A sentence or two. */
  readonly hint?: string;
}

/** The parts of a preset that run. */
export interface PresetBehaviour {
  /** Undefined where the preset knows no more than the error itself says. Never about an answer of 500 and above. */
  explain?(refusal: Refusal): Explanation | undefined;
}

/** The preset in use, as the rest of Padlock sees it. */
export interface Preset extends PresetFacts, PresetBehaviour {
  readonly name: string;
}
