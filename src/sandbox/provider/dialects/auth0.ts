/** Auth0: the password-realm grant, brute-force protection, and multi-factor authentication with its lists and challenges in JSON. */
import type { Factor } from '../../clients.ts';
import { signIn } from '../account.ts';
import { type Dialect, type Heard, type Played, refused } from './dialect.ts';
import { type Found, SecondFactor } from './second-factor.ts';

const GRANT = 'http://auth0.com/oauth/grant-type/';
const CONNECTION = 'Username-Password-Authentication';
/** Wrong passwords until the account is blocked. */
const MOST_WRONG = 10;

const LISTED: Readonly<Record<Factor, object>> = {
  otp: { id: 'totp|dev_1', authenticator_type: 'otp', active: true },
  push: { id: 'push|dev_2', authenticator_type: 'oob', active: true, oob_channel: 'auth0', name: "Robin's phone" },
  sms: { id: 'sms|dev_3', authenticator_type: 'oob', active: true, oob_channel: 'sms', name: 'XXXXXXXX4711' },
  'recovery-code': { id: 'recovery-code|dev_4', authenticator_type: 'recovery-code', active: true },
};

const FAILURES: Readonly<Record<Exclude<Found, object>, Played>> = {
  expired: refused(401, 'expired_token', 'mfa_token is expired'),
  wrong: refused(403, 'invalid_grant', 'Invalid otp_code.'),
  locked: refused(429, 'too_many_attempts', 'Too many failed codes. Wait for some minutes before retrying.'),
};

/** `factors`: what the user has enrolled; with none an empty list is found, without any second factor nothing is asked. */
export function auth0(factors: readonly Factor[] | undefined): Dialect {
  const second = new SecondFactor();
  let wrong = 0;

  function password(form: URLSearchParams): Played {
    const realm = form.get('realm');
    if (form.get('grant_type') !== 'password' && realm !== CONNECTION)
      return refused(400, 'invalid_request', 'connection parameter is not valid');
    if (wrong >= MOST_WRONG)
      return refused(
        429,
        'too_many_attempts',
        'Your account has been blocked after multiple consecutive login attempts. We have sent you an email.',
      );
    if (signIn(form.get('username') ?? '', form.get('password') ?? '') === undefined) {
      wrong += 1;
      return refused(403, 'invalid_grant', 'Wrong email or password.');
    }
    wrong = 0;
    const plain = new URLSearchParams(form);
    plain.set('grant_type', 'password');
    plain.delete('realm');
    if (factors === undefined) return { form: plain };
    return refused(403, 'mfa_required', 'Multifactor authentication required', { mfa_token: second.begin(plain) });
  }

  function challenge(form: URLSearchParams): Played {
    if (!second.has(form.get('mfa_token'))) return FAILURES.expired;
    if (form.get('challenge_type') !== 'oob') return { status: 200, body: { challenge_type: 'otp' } };
    const [channel] = (form.get('authenticator_id') ?? '').split('|');
    if (channel !== 'push' && channel !== 'sms')
      return refused(403, 'unsupported_challenge_type', 'User does not have a requested factor enrolled');
    const binding = channel === 'sms' ? { binding_method: 'prompt' } : {};
    return { status: 200, body: { challenge_type: 'oob', oob_code: second.challenge(channel), ...binding } };
  }

  const list = ({ headers }: Heard): Played =>
    second.has(headers.authorization?.replace(/^Bearer /, '') ?? null)
      ? { status: 200, body: (factors ?? []).map((factor) => ({ ...LISTED[factor] })) }
      : refused(401, 'invalid_token', 'The mfa_token provided is invalid.');

  function token(form: URLSearchParams): Played | undefined {
    const mfa = form.get('mfa_token');
    const told = (found: Found): Played => (typeof found === 'string' ? FAILURES[found] : found);
    switch (form.get('grant_type')) {
      case 'password':
      case `${GRANT}password-realm`:
        return password(form);
      case `${GRANT}mfa-otp`:
        return told(second.redeem(mfa, { otp: form.get('otp') }));
      case `${GRANT}mfa-oob`:
        return told(second.redeem(mfa, { oob: form.get('oob_code'), binding: form.get('binding_code') }));
      case `${GRANT}mfa-recovery-code`: {
        const found = second.recover(mfa, form.get('recovery_code'));
        return typeof found === 'object' && 'next' in found ? { form: found.form, add: { recovery_code: found.next } } : told(found);
      }
      default:
        return undefined;
    }
  }

  return (heard) => {
    if (heard.path === '/mfa/authenticators') return list(heard);
    if (heard.path === '/mfa/challenge') return challenge(heard.form);
    return heard.path === '/token' ? token(heard.form) : undefined;
  };
}
