/** Which second factor: as named, as the given code tells, as a human chooses; else the failure that lists what there is. */
import { type About, fail, PadlockError } from './errors.ts';
import { quoted } from './options.ts';
import type { Ports } from './ports.ts';

/** A factor that the user has. Everything but the method is the provider's text. */
export interface Authenticator {
  /** `otp`, `push`, `sms`, `voice`, `email`, `recovery-code`. */
  readonly method: string;
  readonly id?: string | undefined;
  readonly label: string;
}

/** What the call says about the second factor. A code is fetched when it is needed. */
export interface FactorInput {
  readonly mfa: string | undefined;
  /** A human may be asked, if there is one. */
  readonly mayAsk: boolean;
  has(code: 'otp' | 'recoveryCode'): boolean;
  get(code: 'otp' | 'recoveryCode'): Promise<string | undefined>;
}

interface Choosing {
  readonly factor: FactorInput;
  readonly ports: Pick<Ports, 'prompt'>;
  readonly request: { readonly signal?: AbortSignal };
}

/** One of those that the user has. Throws `auth_interaction_required`. */
export async function chooseFactor(known: readonly Authenticator[], { factor, ports, request }: Choosing): Promise<Authenticator> {
  const canAsk = factor.mayAsk && ports.prompt.available;
  const { mfa } = factor;
  const named = mfa === undefined ? [] : known.filter(({ id, method }) => method === mfa || id === mfa);
  if (mfa !== undefined && named.length === 0) factorRequired(known, { message: `The user has no second factor ${quoted(mfa)}.` });
  const implied = factor.has('recoveryCode') ? 'recovery-code' : factor.has('otp') ? 'otp' : undefined;
  const given = mfa === undefined && implied !== undefined ? known.filter(({ method }) => method === implied) : named;
  const usual = known.filter(({ method }) => method !== 'recovery-code');
  const candidates = given.length > 0 ? given : usual.length > 0 ? usual : known;
  const [only, second] = candidates;
  if (only !== undefined && second === undefined && (canAsk || given.length > 0)) return only;
  if (!canAsk) factorRequired(known);
  const offered = given.length > 0 ? given : known;
  const choices = offered.map(({ label, method }, at) => ({ value: String(at), label: method, ...(label !== method && { hint: label }) }));
  const answer = await ports.prompt.ask({ message: 'Which second factor?', choices }, request.signal);
  return offered[Number(answer)] ?? factorRequired(known);
}

/** The failure where nobody can be asked: it says what could be given. */
export function factorRequired(known: readonly Authenticator[], about: About = {}): never {
  throw new PadlockError('auth_interaction_required', {
    message: 'A second factor is required.',
    hint: 'Give its code with --otp-stdin, or choose one with --mfa; at a terminal Padlock asks.',
    oauthError: 'mfa_required',
    reason: 'mfa_required',
    choices: known.map(({ id, label, method }) => ({ method, ...(id !== undefined && { id }), ...(label !== method && { label }) })),
    ...about,
  });
}

/** For a provider that takes a one-time code in the password request itself. */
export async function withCode(
  parameter: string | undefined,
  grantType: string,
  factor: FactorInput,
): Promise<Readonly<Record<string, string>>> {
  if (parameter === undefined || grantType !== 'password' || !factor.has('otp')) return {};
  return { [parameter]: (await factor.get('otp')) ?? fail('usage_missing_option', 'There is no one-time code.') };
}
