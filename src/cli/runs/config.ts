/** Writing and showing what is configured. */
import { setDefaultProfile } from '../../core/config-changes.ts';
import { locateConfig } from '../../core/config-file.ts';
import { configSchema } from '../../core/config-schema.ts';
import { fail } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json-value.ts';
import { flagName } from '../../core/options.ts';
import { checkConfig } from '../../core/profile.ts';
import { listView } from '../../core/view.ts';
import { actionOf } from '../actions.ts';
import type { Answer, Context } from '../command.ts';
import { initProfile } from '../config-init.ts';
import { configPlaceOf } from '../config-place.ts';
import { ownFlag } from '../everywhere.ts';
import { instead } from '../layout.ts';

async function list({ config, world }: Context): Promise<Answer> {
  const rows = [...(config?.profiles ?? [])].map(([name, members]) => {
    const text = (key: string): string => (typeof members.get(key) === 'string' ? String(members.get(key)) : '');
    return { profile: name, issuer: text('issuer'), flow: text('flow'), default: name === config?.defaultProfile ? 'yes' : '' };
  });
  const columns = [
    { key: 'profile', label: 'Profile' },
    { key: 'issuer', label: 'Issuer' },
    { key: 'flow', label: 'Flow' },
    { key: 'default', label: 'Default' },
  ];
  const lines = rows.map(({ profile, issuer, flow, default: yes }): [string, string] => [
    yes ? `${profile} (default)` : profile,
    [issuer, flow].filter(Boolean).join(' '),
  ]);
  const records = rows.map((row) => ({ ...row, default: row.default === 'yes' }));
  const view = listView('Profiles', columns, rows, 'profiles', records);
  return { view, text: instead(view, lines, world.stdout.columns) };
}

const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (Array.isArray(value) ? value.join(' ') : JSON.stringify(value)) : String(value);

async function show(context: Context): Promise<Answer> {
  const { argv, config, registry, world } = context;
  if (config) checkConfig(config, registry, { files: world.files, host: world.host });
  const withOrigin = ownFlag(argv, 'origin') === true;
  const entries = (await context.settings()).entries().filter(({ layer }) => withOrigin || layer !== 'default');
  const rows = entries.map(({ key, option, layer, place, value }) => ({
    name: flagName(key),
    value: option.secret ? '(secret)' : shown(value),
    layer,
    from: place.name,
  }));
  const records = entries.map(({ key, option, layer, place, value }) => ({
    name: flagName(key),
    value: option.secret ? null : ((value ?? null) as JsonValue),
    secret: option.secret === true,
    layer,
    from: place.name,
  }));
  const columns = [
    { key: 'name', label: 'Option' },
    { key: 'value', label: 'Value' },
    ...(withOrigin ? [{ key: 'from', label: 'From' }] : []),
  ];
  const lines = rows.map(({ name, value, from }): [string, string] => [name, withOrigin ? `${value}  (${from})` : value]);
  const view = listView('Settings', columns, rows, 'config', records);
  return { view, text: instead(view, lines, world.stdout.columns) };
}

async function use(context: Context, name: string | undefined): Promise<Answer> {
  if (name === undefined) fail('usage_missing_option', 'Say which profile: padlock config use NAME.');
  await setDefaultProfile(context.world.files, configPlaceOf(context), name);
  await context.say(`The default profile is now ${name}.`);
  return {};
}

async function path(context: Context): Promise<Answer> {
  const found = await locateConfig(context.world.files, configPlaceOf(context));
  if (found === undefined) fail('config_not_found', 'There is no place for a configuration file: no home directory is known.');
  return { text: `${found.path}\n` };
}

const ACTIONS: Readonly<Record<string, (context: Context, operand: string | undefined) => Promise<Answer>>> = {
  init: initProfile,
  list,
  show,
  use,
  path,
  schema: async ({ registry }) => ({ text: `${JSON.stringify(configSchema(registry), null, 2)}\n` }),
};

export async function run(context: Context): Promise<Answer> {
  const [word, operand] = context.words;
  const action = actionOf(ACTIONS, word, 'init [NAME], list, show, use NAME, path or schema');
  if (operand !== undefined && word !== 'use' && word !== 'init')
    fail('usage_unexpected_argument', `padlock config ${word} takes no arguments.`);
  return action(context, operand);
}
