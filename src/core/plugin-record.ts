/** A plugin's record: is it one, and may its strategies join the registry? */
import { recordFaults } from './contract/record.ts';
import type { Plugin, Strategy } from './contracts.ts';
import { fail, isPadlockError, PadlockError } from './errors.ts';
import { quoted } from './options.ts';
import type { Registry } from './registry.ts';

const NAME = /^[a-z][a-z0-9-]*$/;
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
  for (const strategy of value.strategies) checkForm(strategy);
  return value as unknown as Plugin;
}

function checkForm(strategy: unknown): void {
  const [fault] = recordFaults(strategy);
  if (fault !== undefined) refuse(fault);
  if (isObject(strategy) && 'use' in strategy)
    refuse('it names a class, and a class decorated by another copy of tsyringe cannot be built here');
}

/** A strategy that a program hands over, of the kind it has to be. Throws `plugin_contract`. */
export function readStrategy<S extends Strategy>(value: S, kind: S['kind']): S {
  checkForm(value);
  if (value.kind !== kind) refuse(`it is a ${value.kind} and not a ${kind}`);
  return value;
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
