/** What a sign-in asks for: the call's own wishes, else the settings', else what the kind of subject needs. */
import { readAuthorizationDetails } from './authorization-details.ts';
import type { Grant } from './contracts.ts';
import { requestOptions } from './general-options.ts';
import type { Request } from './messages.ts';
import { readOption } from './options.ts';
import type { PresetFacts } from './preset.ts';
import type { Settings } from './settings.ts';

/** A person's name and address are what a sign-in is for; a machine gets what its client was given,
 * and a token that is handed in says itself what it is good for. */
const DEFAULT_SCOPE = { user: ['openid', 'profile', 'email'], client: [], given: [] } as const;

/** A list whose `+x` items add to another list; without any it stands for itself. */
function onTop(asked: readonly string[], base: readonly string[]): readonly string[] {
  const adding = asked.some((item) => /^\+./.test(item));
  return [...new Set([...(adding ? base : []), ...asked.map((item) => item.replace(/^\+(?=.)/, ''))])];
}

/** The complete request of one sign-in, frozen. Throws `usage_bad_value` for wishes that are none. */
export function requestFrom(settings: Settings, grant: Pick<Grant, 'subject'>, own: Request, known?: PresetFacts): Request {
  const wish = (raw: unknown, key: 'scope' | 'audience' | 'resource' | 'param' | 'dpop'): unknown =>
    raw === undefined ? settings.get(key) : readOption(requestOptions[key], raw, { name: key === 'param' ? 'params' : key, kind: 'usage' });
  const subject = grant.subject ?? 'user';
  const preset = (subject === 'user' && known?.scope) || DEFAULT_SCOPE[subject];
  const settled = onTop(list(settings.get('scope')) ?? preset, preset);
  const audience = wish(own.audience, 'audience');
  const resource = wish(own.resource, 'resource');
  const params = wish(own.params, 'param');
  const dpop = wish(own.dpop, 'dpop');
  const wished = own.authorizationDetails ?? settings.get('authorizationDetails');
  const place = own.authorizationDetails === undefined ? settings.origin('authorizationDetails')?.place : undefined;
  const details =
    wished === undefined ? undefined : readAuthorizationDetails(wished, place ?? { name: 'authorizationDetails', kind: 'usage' });
  return Object.freeze({
    scope: Object.freeze(own.scope === undefined ? settled : onTop(list(wish(own.scope, 'scope')) ?? [], settled)),
    ...(audience !== undefined && { audience }),
    ...(resource !== undefined && { resource }),
    ...(params !== undefined && { params }),
    ...(details !== undefined && { authorizationDetails: details }),
    ...(dpop !== undefined && { dpop }),
  } as Request);
}

/** The settings have resolved what lower layers say. */
const list = (value: unknown): readonly string[] | undefined => (Array.isArray(value) ? (value as string[]) : undefined);
