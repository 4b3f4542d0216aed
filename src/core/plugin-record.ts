/** A plugin's record: is it one, and may its strategies join the registry? */
import { KINDS, type Plugin, type Strategy } from './contracts.ts';
import { fail, isPadlockError, PadlockError } from './errors.ts';
import { quoted } from './options.ts';
import type { Registry } from './registry.ts';

const NAME = /^[a-z][a-z0-9-]*$/;
/** What has to be there, in the record itself or in what it loads. */
const RUNS = { grant: 'acquire', 'client-auth': 'authenticate', verifier: 'verify', formatter: 'format', source: 'read' } as const;

type Unknown = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Unknown => typeof value === 'object' && value !== null;

function refuse(what: string): never {
  fail('plugin_contract', `The plugin is not one: ${what}.`, { hint: 'See "padlock help plugins".' });
}

/** `value` as a plugin. Throws `plugin_contract`, naming the member that is missing or wrong. */
export function readPlugin(value: unknown): Plugin {
  if (!isObject(value)) refuse('its default export is no object');
  if (value.apiVersion !== 1) refuse('its apiVersion is not 1');
  if (typeof value.name !== 'string' || !NAME.test(value.name)) refuse('its name is not lower case letters, digits and dashes');
  if (!Array.isArray(value.strategies) || value.strategies.length === 0) refuse('it has no strategies');
  for (const strategy of value.strategies) checkStrategy(strategy);
  return value as unknown as Plugin;
}

function checkStrategy(value: unknown): void {
  if (!isObject(value)) refuse('one of its strategies is no object');
  const { kind, name, summary, options } = value;
  if (typeof name !== 'string' || !NAME.test(name)) refuse('a strategy has no name of lower case letters, digits and dashes');
  const label = `strategy ${quoted(name)}`;
  if (!KINDS.some((known) => known === kind)) refuse(`${label} has no kind, one of ${KINDS.join(', ')}`);
  if (typeof summary !== 'string' || summary === '') refuse(`${label} has no summary`);
  if (options !== undefined && !isObject(options)) refuse(`the options of ${label} are no object`);
  for (const [key, option] of Object.entries(isObject(options) ? options : {}))
    if (!isObject(option) || typeof option.type !== 'string' || typeof option.summary !== 'string')
      refuse(`option ${quoted(key)} of ${label} needs a type and a summary`);
  const runs = RUNS[kind as Strategy['kind']];
  if (typeof value[runs] !== 'function' && typeof value.load !== 'function') refuse(`${label} has no ${runs}()`);
  if (kind === 'verifier' && !Array.isArray(value.algorithms)) refuse(`${label} has no list of algorithms`);
  if ('use' in value) refuse(`${label} names a class: a class decorated by another copy of tsyringe cannot be built here`);
}

/** Adds a plugin's strategies. Throws `plugin_contract`, `plugin_conflict`. */
export function registerPlugin(registry: Registry, value: unknown): void {
  const plugin = readPlugin(value);
  for (const strategy of plugin.strategies) {
    try {
      registry.add(strategy, plugin.name);
    } catch (error) {
      if (!isPadlockError(error)) throw error;
      throw new PadlockError(error.code, { message: `Plugin ${quoted(plugin.name)}: ${error.message}`, hint: error.hint });
    }
  }
}
