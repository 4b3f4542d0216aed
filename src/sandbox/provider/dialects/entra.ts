/** Entra: errors with AADSTS numbers on several lines, and no second factor without a browser. A user named `aadsts50053@…` gets that error. */
import type { Factor } from '../../clients.ts';
import { signIn } from '../account.ts';
import { type Dialect, type Played, refused } from './dialect.ts';

const TRACE = '3f0f2b6e-0000-4000-8000-000000000001';
const CLAIMS = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}';

function aadsts(code: number, text: string, error = 'invalid_grant', more: Readonly<Record<string, string>> = {}): Played {
  const timestamp = '2026-11-23 12:00:00Z';
  const description = `AADSTS${code}: ${text}\r\nTrace ID: ${TRACE}\r\nCorrelation ID: ${TRACE}\r\nTimestamp: ${timestamp}`;
  const uri = `https://login.microsoftonline.com/error?code=${code}`;
  return refused(400, error, description, {
    error_codes: [code],
    timestamp,
    trace_id: TRACE,
    correlation_id: TRACE,
    error_uri: uri,
    ...more,
  });
}

export const entra =
  (factors: readonly Factor[] | undefined): Dialect =>
  ({ form, path }) => {
    if (path !== '/token' || form.get('grant_type') !== 'password') return undefined;
    const username = form.get('username') ?? '';
    const [, asked] = /^aadsts(\d+)@/i.exec(username) ?? [];
    if (asked !== undefined) return aadsts(Number(asked), 'As it was asked for.');
    if (signIn(username, form.get('password') ?? '') === undefined)
      return aadsts(50126, 'Error validating credentials due to invalid username or password.');
    if (factors === undefined) return undefined;
    const text = 'Due to a configuration change made by your administrator, you must use multi-factor authentication.';
    return aadsts(50076, text, 'interaction_required', { suberror: 'basic_action', claims: CLAIMS });
  };
