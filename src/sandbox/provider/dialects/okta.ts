/** Okta: direct authentication, whose challenges are forms, tell how often to ask, and show a number to choose on the device. */
import type { Factor } from '../../clients.ts';
import { signIn } from '../account.ts';
import { type Dialect, type Played, refused } from './dialect.ts';
import { type Found, SecondFactor } from './second-factor.ts';

const MFA = 'http://auth0.com/oauth/grant-type/mfa-';
const FAILURES: Readonly<Record<Exclude<Found, object>, Played>> = {
  expired: refused(400, 'invalid_grant', 'The mfa_token is invalid or expired.'),
  wrong: refused(400, 'invalid_grant', 'Invalid Passcode/Answer'),
  locked: refused(429, 'too_many_requests', 'Too many attempts'),
};

export function okta(factors: readonly Factor[] | undefined): Dialect {
  const second = new SecondFactor();

  function challenge(form: URLSearchParams): Played {
    if (!second.has(form.get('mfa_token'))) return FAILURES.expired;
    const channel = form.get('channel_hint') ?? '';
    if (form.get('challenge_types_supported') !== `${MFA}oob` || !(factors ?? []).includes(channel as Factor))
      return refused(403, 'unsupported_challenge_type', 'The user has no such authenticator.');
    const binding = channel === 'push' ? { binding_method: 'transfer', binding_code: '95' } : { binding_method: 'prompt' };
    return {
      status: 200,
      body: { challenge_type: `${MFA}oob`, oob_code: second.challenge(channel), channel, expires_in: 300, interval: 5, ...binding },
    };
  }

  function token(form: URLSearchParams): Played | undefined {
    const mfa = form.get('mfa_token');
    const told = (found: Found): Played => (typeof found === 'string' ? FAILURES[found] : found);
    switch (form.get('grant_type')) {
      case 'password':
        if (signIn(form.get('username') ?? '', form.get('password') ?? '') === undefined)
          return refused(400, 'invalid_grant', 'The credentials provided were invalid.');
        if (factors === undefined) return undefined;
        return refused(403, 'mfa_required', 'Verify with an additional authenticator to complete the sign-in process.', {
          mfa_token: second.begin(form),
        });
      case `${MFA}otp`:
        return told(second.redeem(mfa, { otp: form.get('otp') }));
      case `${MFA}oob`:
        return told(second.redeem(mfa, { oob: form.get('oob_code'), binding: form.get('binding_code') }));
      default:
        return undefined;
    }
  }

  return ({ form, path }) => (path === '/challenge' ? challenge(form) : path === '/token' ? token(form) : undefined);
}
