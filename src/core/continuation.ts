/**
 * A second factor after a grant that was answered with `mfa_required`. The host goes on, so that no grant has to know: it finds out which
 * factors there are, lets the user choose, and redeems a code, a confirmation on a device or a recovery code for the tokens. What was sent
 * before, a password above all, is never sent again.
 */
import type { Client } from './client-identity.ts';
import { fail, isPadlockError, type PadlockError } from './errors.ts';
import { jsonNumber } from './json-number.ts';
import type { Form, Request, TokenResponse } from './messages.ts';
import { answerOf } from './oauth-error.ts';
import { poll } from './polling.ts';
import type { Notice, Ports } from './ports.ts';
import type { MfaFacts } from './preset.ts';
import type { Provider } from './provider.ts';
import { type Authenticator, chooseFactor, type FactorInput, factorRequired } from './second-factor.ts';
import { authenticators, challengeOf, MFA } from './second-factor-wire.ts';
import type { Redactor } from './secret.ts';
import { excerpt } from './text.ts';

export interface Continuing {
  readonly client: Client;
  readonly provider: Provider;
  readonly ports: Pick<Ports, 'clock' | 'http' | 'notices' | 'prompt'>;
  readonly factor: FactorInput;
  /** What was asked for, and the signal. */
  readonly request: Request;
  readonly warn: (notice: Notice) => void;
  readonly redactor: Redactor;
}

/** Seconds that a started sign-in waits for its second factor, where the provider does not say. */
const LIFETIME = 600;
/** How often a human may mistype one code. */
const TRIES = 3;

/** The tokens, or the failure itself where there is nothing to go on with. Throws `auth_interaction_required` with the choices. */
export async function continued(failure: unknown, call: Continuing): Promise<TokenResponse> {
  if (!isPadlockError(failure) || failure.oauthError !== 'mfa_required') throw failure;
  const { mfa_token: token, expires_in: lifetime } = answerOf(failure) ?? {};
  const { metadata, preset } = call.client.info;
  if (preset?.mfa === undefined || typeof token !== 'string' || token === '' || metadata.token_endpoint === undefined) throw failure;
  call.redactor.add(token);
  return new Continuation(call, preset.mfa, token, call.ports.clock.now() + (jsonNumber(lifetime) ?? LIFETIME) * 1000).run(failure);
}

class Continuation {
  readonly #call: Continuing;
  readonly #facts: MfaFacts;
  readonly #token: string;
  /** Milliseconds since the epoch. */
  readonly #until: number;

  constructor(call: Continuing, facts: MfaFacts, token: string, until: number) {
    this.#call = call;
    this.#facts = facts;
    this.#token = token;
    this.#until = until;
  }

  async run(failure: PadlockError): Promise<TokenResponse> {
    const known = await authenticators(this.#facts, this.#token, this.#call);
    if (known.length === 0)
      fail('auth_interaction_required', 'A second factor is required, and the user has none here.', {
        reason: 'setup_required',
        hint: 'Enrol one first: sign in once in a browser.',
        oauthError: failure.oauthError,
        httpStatus: failure.httpStatus,
      });
    const chosen = await chooseFactor(known, this.#call);
    if (chosen.method === 'otp') return this.#typed(chosen, known, 'otp', MFA.otp, 'otp', 'One-time code');
    if (chosen.method === 'recovery-code') return this.#recovered(chosen, known);
    return this.#outOfBand(chosen, known);
  }

  /** A code that a human reads somewhere and types here; who mistypes it at a terminal may try again. */
  async #typed(
    chosen: Authenticator,
    known: readonly Authenticator[],
    input: 'otp' | 'recoveryCode',
    grantType: string,
    parameter: string,
    message: string,
    form: Form = {},
  ): Promise<TokenResponse> {
    const { factor, ports, request, redactor } = this.#call;
    let code = await factor.get(input);
    for (let tries = 1; ; tries++) {
      const canAsk = factor.mayAsk && ports.prompt.available;
      if (code === undefined && !canAsk) factorRequired([chosen, ...known.filter((one) => one !== chosen)]);
      code ??= (await ports.prompt.ask({ message, secret: true }, request.signal)).replace(/\s/g, '');
      redactor.add(code);
      try {
        return await this.#redeem(grantType, { ...form, [parameter]: code });
      } catch (error) {
        if (!isPadlockError(error) || error.code !== 'auth_invalid_grant') throw error;
        if (!canAsk || tries === TRIES) fail('auth_invalid_grant', 'The code of the second factor is not right.', wrongCode(error));
        ports.notices.show('That code is not right.', { action: 'wrong_code' });
        code = undefined;
      }
    }
  }

  async #recovered(chosen: Authenticator, known: readonly Authenticator[]): Promise<TokenResponse> {
    const answer = await this.#typed(chosen, known, 'recoveryCode', MFA.recovery, 'recovery_code', 'Recovery code');
    const { recovery_code: next, ...rest } = answer;
    if (typeof next === 'string' && next !== '')
      this.#call.warn({
        code: 'new_recovery_code',
        message: `The recovery code is used up. The new one, shown only now: ${excerpt(next, 200)}`,
        essential: true,
      });
    return rest as TokenResponse; // the code is for a human, and is kept nowhere
  }

  /** Something that happens on another device. A code is typed here (`prompt`), or shown here and typed there (`transfer`), or there is none. */
  async #outOfBand(chosen: Authenticator, known: readonly Authenticator[]): Promise<TokenResponse> {
    const { ports, redactor, request } = this.#call;
    const challenge = await challengeOf(this.#facts, chosen, this.#token, this.#call);
    redactor.add(challenge.code);
    const form = { oob_code: challenge.code };
    if (challenge.binding === 'prompt')
      return this.#typed(chosen, known, 'otp', MFA.oob, 'binding_code', `Code sent to ${chosen.label}`, form);
    if (challenge.binding === 'transfer' && challenge.shown !== undefined)
      ports.notices.show(`Choose or type this code on your device: ${challenge.shown}`, {
        action: 'mfa',
        method: chosen.method,
        code: challenge.shown,
      });
    else ports.notices.show(`Confirm the sign-in on your device: ${chosen.label}`, { action: 'mfa', method: chosen.method });
    const left = Math.max(1, Math.floor((this.#until - ports.clock.now()) / 1000));
    const host = { now: () => ports.clock.now(), sleep: (seconds: number) => ports.clock.sleep(seconds * 1000, request.signal) };
    try {
      return await poll(() => this.#redeem(MFA.oob, form), { interval: challenge.interval, expiresIn: challenge.lifetime ?? left }, host);
    } catch (error) {
      if (!isPadlockError(error) || error.code !== 'auth_invalid_grant') throw error;
      fail('auth_access_denied', 'The sign-in was refused on the device.', {
        reason: 'refused',
        oauthError: error.oauthError,
        httpStatus: error.httpStatus,
      });
    }
  }

  async #redeem(grantType: string, form: Form): Promise<TokenResponse> {
    const { client, ports, provider, request } = this.#call;
    if (ports.clock.now() >= this.#until) tooLate();
    const wishes: Request = this.#facts.repeats === true ? request : { ...(request.signal && { signal: request.signal }) };
    return provider.exchange(client, grantType, { mfa_token: this.#token, ...form }, wishes);
  }
}

function tooLate(): never {
  fail('auth_expired', 'The sign-in waited too long for its second factor.', { hint: 'Begin again.' });
}

const wrongCode = ({ oauthError, httpStatus, hint }: PadlockError) => ({ reason: 'wrong_code', oauthError, httpStatus, hint });
