/** The form of a request: the flow's own members, then what was asked for. Nothing is named in two ways. */

import { fail } from './errors.ts';
import type { Form, Request } from './messages.ts';

/** Parameters that have an option of their own, or that are Padlock's to set. */
const RESERVED: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'scope',
  'audience',
  'resource',
  'authorization_details',
]);

/** The members of a form. `asked`: what the user wishes, unless an earlier request carried it. Throws `usage_conflict`. */
export function formOf(form: Form, { scope, audience, authorizationDetails, resource, params }: Request = {}): URLSearchParams {
  const members = new URLSearchParams();
  for (const [name, value] of Object.entries(form))
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) members.append(name, one);
  if (scope !== undefined && scope.length > 0 && !members.has('scope')) members.set('scope', scope.join(' '));
  if (audience !== undefined && !members.has('audience')) members.set('audience', audience);
  if (!members.has('resource')) for (const one of resource ?? []) members.append('resource', one);
  if (authorizationDetails !== undefined && !members.has('authorization_details'))
    members.set('authorization_details', JSON.stringify(authorizationDetails));
  for (const [name, value] of Object.entries(params ?? {})) {
    if (members.has(name) || RESERVED.has(name)) fail('usage_conflict', `--param ${name}: this parameter has an option of its own.`); // check: reserved parameter
    members.set(name, value);
  }
  return members;
}

/** Parameters whose values may be told; every other one may be a credential. */
const PLAIN: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'username',
  'realm',
  'scope',
  'audience',
  'resource',
  'authorization_details',
  'redirect_uri',
  'response_type',
  'token_type_hint',
  'client_assertion_type',
  'subject_token_type',
  'actor_token_type',
  'requested_token_type',
]);

/** What of a form anybody may read. */
export const plainOf = (form: URLSearchParams): Readonly<Record<string, string>> =>
  Object.fromEntries([...form].filter(([name]) => PLAIN.has(name)));

/** What of a form nobody may read again in an answer that quotes it. */
export const credentialsOf = (form: URLSearchParams): readonly string[] =>
  [...form].filter(([name]) => !PLAIN.has(name)).map(([, value]) => value);
