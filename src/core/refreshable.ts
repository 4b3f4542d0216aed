/** Whether refreshing a stored session can bring what is asked for. What it cannot bring is not asked for: a refusal may cost the refresh token. */
import type { ErrorCode } from './errors.ts';
import { quoted } from './options.ts';
import type { SessionRecord } from './session-record.ts';
import type { Wishes } from './wishes.ts';

export interface Obstacle {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** There is no session that could be refreshed. */
export const OVER: Obstacle = {
  code: 'auth_login_required',
  message: 'Nobody is signed in, or the session is over.',
  hint: 'Sign in with padlock auth, or allow this command to ask with --login.',
};

/** What stands in the way, or undefined. */
export function obstacle(record: SessionRecord | undefined, asked: Wishes): Obstacle | undefined {
  if (record === undefined || record.refreshToken === null || record.suspect) return OVER;
  const isBound = record.dpop !== undefined;
  if (isBound !== (asked.dpop === true))
    return { ...OVER, message: `The session's tokens are ${isBound ? '' : 'not '}bound to a key (DPoP), and others were asked for.` }; // check: session of another binding
  const { resource = [] } = asked;
  const { request, resources = request.resource ?? [] } = record;
  const isOfSignIn = resource.length < 2 ? resource.every((one) => resources.includes(one)) : sameSet(resource, request.resource);
  if (!isOfSignIn)
    return {
      code: 'client_invalid_target',
      message: `The sign-in did not ask for ${resource.length < 2 ? 'the resource' : 'these resources together:'} ${resource.map(quoted).join(', ')}.`,
      hint: 'Sign in with every --resource that tokens are needed for, then ask for one at a time: a refusal could end the session.',
    }; // check: resource of another sign-in
  return undefined;
}

/** The same resources, in whatever order. */
export const sameSet = (some: readonly string[] = [], others: readonly string[] = []): boolean =>
  new Set([...some, ...others]).size === new Set(some).size && new Set(some).size === new Set(others).size;
