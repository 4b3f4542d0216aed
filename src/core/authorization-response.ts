/** What a browser brings back from the authorization endpoint → a code, or the failure it stands for (RFC 6749 §4.1.2, RFC 9207). */
import { fail, PadlockError } from './errors.ts';
import type { ProviderInfo } from './messages.ts';
import { codeOfError } from './oauth-error.ts';
import { quoted } from './options.ts';
import { excerpt } from './text.ts';

export interface ExpectedResponse {
  /** As it was sent. */
  readonly state: string;
  readonly provider: ProviderInfo;
  readonly redirectUri: string;
}

/** The parameters that decide; one that comes twice could be read in two ways. */
const ONCE = ['code', 'error', 'iss', 'state'] as const;
const AGAIN = 'Start again, and use one window only.';

/**
 * The code in an answer that belongs to this sign-in; a text is a bare code, which somebody read off a page.
 * Throws `proto_bad_shape`, or what the provider's `error` means.
 */
export function codeFrom(answer: URLSearchParams | string, expected: ExpectedResponse): string {
  const { state, provider } = expected;
  if (typeof answer === 'string') return bareCode(answer, expected);
  for (const name of ONCE)
    if (answer.getAll(name).length > 1) fail('proto_bad_shape', `The browser came back with more than one ${name}.`, { hint: AGAIN }); // check: response parameter twice
  if (answer.get('state') !== state)
    fail('proto_bad_shape', 'The browser came back with another state: this is no answer to this sign-in.', { hint: AGAIN }); // check: response state
  checkIssuer(answer.get('iss'), provider);
  const error = answer.get('error');
  if (error !== null) throw refusal(error, answer.get('error_description') ?? ''); // check: response error
  const code = answer.get('code');
  if (!code) fail('proto_bad_shape', 'The browser came back with neither a code nor an error.', { hint: AGAIN }); // check: response code
  return code;
}

/** Where an answer names its issuer, only one that was not sent to an address can lack it: PKCE then has to tell whose code it is. */
function bareCode(code: string, { provider, redirectUri }: ExpectedResponse): string {
  if (code === '') fail('usage_bad_value', 'Nothing was pasted.');
  if (!redirectUri.startsWith('urn:')) checkIssuer(null, provider); // check: issuer of a bare code
  return code;
}

/** An answer of another provider, passed off as this one's, would send the code of one to the other. */
function checkIssuer(iss: string | null, { issuer, metadata }: ProviderInfo): void {
  if (iss === null && metadata.authorization_response_iss_parameter_supported === true)
    fail('proto_bad_shape', 'The browser came back without the issuer (iss), which this provider always names.', {
      hint: 'Start again; with --paste give the whole address that the browser ended on.',
    }); // check: response iss missing
  if (iss !== null && iss !== issuer)
    fail('proto_bad_shape', `The browser came back from ${quoted(iss)}, not from ${issuer}.`, { hint: AGAIN }); // check: response iss
}

function refusal(error: string, description: string): PadlockError {
  const said = excerpt(description.replace(/\s+/g, ' ').trim());
  const code = codeOfError(error);
  return new PadlockError(code, {
    message: `The provider refused: ${quoted(error)}.${said && ` ${said}`}`,
    oauthError: excerpt(error, 100),
    hint: code === 'auth_interaction_required' ? 'Let the provider ask for what it needs: leave out --prompt none.' : undefined,
  });
}
