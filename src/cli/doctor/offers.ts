/** What a provider lists beside what is installed: flows, and how a client proves itself. */
import { namedFlow } from '../../core/auto.ts';
import { PadlockError } from '../../core/errors.ts';
import { doubtful, type Finding, failing, fine } from '../../core/finding.ts';
import type { ProviderInfo } from '../../core/messages.ts';
import { quoted } from '../../core/options.ts';
import type { Registry } from '../../core/registry.ts';
import type { Settings } from '../../core/settings.ts';
import { excerpt } from '../../core/text.ts';

/** Not chosen as a flow: one refreshes, the other is not offered on purpose (RFC 9700 §2.1.2). */
const ASIDE: ReadonlySet<string> = new Set(['refresh_token', 'implicit']);

const words = (names: readonly string[]): string => (names.length === 0 ? 'none' : excerpt(names.join(', '), 300));

export function flows({ metadata }: ProviderInfo, settings: Settings, registry: Registry): Finding {
  const installed = registry.list('grant');
  const chosen = namedFlow(settings);
  const record = installed.find(({ name }) => name === chosen);
  if (chosen !== undefined && record === undefined)
    return failing('flows', new PadlockError('usage_unknown_flow', { message: `There is no flow ${quoted(chosen)}.` }));
  const listed = metadata.grant_types_supported;
  if (listed === undefined) return fine('flows', `The provider does not list any. Installed: ${words(installed.map(({ name }) => name))}.`);
  const isListed = (grantType: string | undefined): boolean => grantType !== undefined && listed.includes(grantType);
  const both = installed.filter(({ grantType }) => isListed(grantType)).map(({ name }) => name);
  const missing = listed.filter((type) => !ASIDE.has(type) && !installed.some(({ grantType }) => grantType === type));
  const said = `The provider lists ${words(both)}${missing.length === 0 ? '' : `, and what is not installed: ${words(missing)}`}.`;
  if (record?.grantType === undefined || isListed(record.grantType)) return fine('flows', said);
  return doubtful(
    'flows',
    `The chosen one, ${record.name}, is not among those that the provider lists. ${said}`,
    'Some providers leave flows out of their list. If it is refused, allow it there, or choose another with --flow.',
  );
}

export function clientAuthentication({ metadata }: ProviderInfo, settings: Settings, registry: Registry): Finding {
  const name = 'client authentication';
  const installed = registry.list('client-auth');
  const listed = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']; // RFC 8414 §2
  const both = installed.filter(({ method }) => listed.includes(method)).map((each) => each.name);
  const chosen = settings.text('clientAuth');
  const record = installed.find((each) => each.name === chosen);
  if (chosen !== undefined && record === undefined)
    return failing(name, new PadlockError('usage_unknown_strategy', { message: `There is no client authentication ${quoted(chosen)}.` }));
  if (record !== undefined && !listed.includes(record.method))
    return doubtful(
      name,
      `The chosen one, ${record.name}, is not among those that the provider lists: ${words(both)}.`,
      'Choose another with --client-auth, unless the provider leaves it out of its list.',
    );
  if (both.length === 0)
    return doubtful(
      name,
      `The provider lists ${words(listed)}, and none of it is installed.`,
      'A plugin can add one: padlock help plugins.',
    );
  return fine(name, `The provider lists ${words(both)}.`);
}
