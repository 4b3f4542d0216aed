/** What a sign-in asks for: the call's own wishes, else the settings', else what the kind of subject needs. */
import type { Grant, Request } from './contracts.ts';
import type { Settings } from './settings.ts';

/** A person's name and address are what a sign-in is for; a machine gets what its client was given. */
const DEFAULT_SCOPE = { user: ['openid', 'profile', 'email'], client: [] } as const;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const list = (value: unknown): readonly string[] | undefined => (Array.isArray(value) ? (value as string[]) : undefined);

/** A list that still holds `+x` items adds them to the default (settings resolved what lower layers say). */
function scopeOf(grant: Grant, asked: readonly string[] | undefined): readonly string[] {
  const preset = DEFAULT_SCOPE[grant.subject ?? 'user'];
  if (asked === undefined) return preset;
  const adding = asked.some((item) => /^\+./.test(item));
  return [...new Set([...(adding ? preset : []), ...asked.map((item) => item.replace(/^\+(?=.)/, ''))])];
}

/** The complete request of one sign-in, frozen. */
export function requestFrom(settings: Settings, grant: Grant, own: Request): Request {
  const audience = own.audience ?? text(settings.get('audience'));
  const resource = own.resource ?? list(settings.get('resource'));
  const params = own.params ?? (settings.get('param') as Readonly<Record<string, string>> | undefined);
  return Object.freeze({
    scope: Object.freeze(scopeOf(grant, own.scope ?? list(settings.get('scope')))),
    ...(audience !== undefined && { audience }),
    ...(resource !== undefined && { resource }),
    ...(params !== undefined && { params }),
  });
}
