/** The client of a call, and how it proves itself: as chosen by name, else the first registered method that applies. */

import type { Client } from './client-identity.ts';
import { ClientValues, type Renewal } from './client-values.ts';
import type { ClientAuth, Values } from './contracts.ts';
import { fail } from './errors.ts';
import { whyNot } from './guard.ts';
import type { ProviderInfo } from './messages.ts';
import { optional } from './optional.ts';
import { quoted } from './options.ts';
import type { Clock } from './ports.ts';
import type { Registry } from './registry.ts';
import type { Asking, Settings } from './settings.ts';

/** A client with what its connections show of it, and what to try when the provider does not believe it. */
export async function clientOf(
  registry: Registry,
  info: ProviderInfo,
  auth: ClientAuth,
  authValues: Values,
  renew?: Renewal,
  clock?: Pick<Clock, 'now'>,
): Promise<Client> {
  const listed = info.metadata.token_endpoint_auth_methods_supported ?? [];
  const others = registry.list('client-auth').filter(({ method, name }) => name !== auth.name && listed.includes(method));
  const values = new ClientValues(authValues, renew, clock);
  return { info, auth, values, identity: await auth.tls?.(authValues), others: others.map(({ name }) => name) };
}

/**
 * Never a second method by itself after the first was refused: on a password grant that would count as another wrong password.
 * Throws `usage_unknown_strategy`, `usage_missing_option`.
 */
export async function chooseClient(
  registry: Registry,
  settings: Settings,
  info: ProviderInfo,
  asking: Asking,
  clock: Pick<Clock, 'now'>,
): Promise<Client> {
  const named = settings.get('clientAuth');
  if (typeof named === 'string') {
    const auth = await registry.use('client-auth', named);
    const authValues = await settings.values(auth.options ?? {}, `client authentication with ${auth.name}`, asking);
    return clientOf(registry, info, auth, authValues, settings.renewal(auth.options), clock);
  }
  const reasons: string[] = [];
  for (const name of preferring(registry.names('client-auth'), info.preset?.clientAuth ?? [])) {
    const auth = await registry.use('client-auth', name);
    const authValues = await settings.values(optional(auth.options), `client authentication with ${name}`, asking);
    const no = whyNot(auth.applies(authValues, info));
    if (no === undefined) return clientOf(registry, info, auth, authValues, settings.renewal(auth.options), clock);
    reasons.push(`${name}: ${no}`);
  }
  fail('usage_missing_option', `No client authentication fits the client ${quoted(info.clientId)}.`, {
    hint: `${reasons.join('; ')}. Choose one with --client-auth.`,
  });
}

/** The names that are preferred change places among themselves; the others stay where they are. */
function preferring(names: readonly string[], preferred: readonly string[]): readonly string[] {
  const known = preferred.filter((name) => names.includes(name));
  let next = 0;
  return names.map((name) => (known.includes(name) ? (known[next++] as string) : name));
}
