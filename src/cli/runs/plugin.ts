/** Adding, listing, checking and removing plugins. */
import { relative, resolve } from 'node:path';
import { addPlugin, removePlugin } from '../../core/config-changes.ts';
import { fail, PadlockError } from '../../core/errors.ts';
import { registerPlugin } from '../../core/plugin-record.ts';
import { fingerprint, loadPlugin, locatePlugin } from '../../core/plugins.ts';
import { excerpt } from '../../core/text.ts';
import { listView } from '../../core/view.ts';
import { actionOf } from '../actions.ts';
import type { Answer, Context } from '../command.ts';
import { configPlaceOf } from '../config-place.ts';
import { instead } from '../layout.ts';
import { pluginState } from '../plugin-state.ts';

type Action = (context: Context, path: string) => Promise<Answer>;

const columns = [
  { key: 'path', label: 'Path' },
  { key: 'state', label: 'State' },
] as const;

async function add(context: Context, path: string): Promise<Answer> {
  const { registry, world } = context;
  const file = await locatePlugin(world.files, { path, from: world.cwd });
  const plugin = await loadPlugin(world.files, { path: file, from: world.cwd });
  const entry = { path: file, sha256: await fingerprint(world.files, file) };
  const known = context.config?.plugins.some(({ path: listed }) => listed === file) === true;
  if (!known) registerPlugin(registry, plugin); // refuses what collides, before it is listed
  const where = await addPlugin(world.files, configPlaceOf(context), entry);
  const named = plugin.strategies.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  await context.say(`Added ${excerpt(relative(world.cwd, file) || file, 200)} to ${excerpt(where ?? 'no file', 200)}: ${named}.`);
  return {};
}

async function remove(context: Context, path: string): Promise<Answer> {
  const { config, world } = context;
  const absolute = resolve(world.cwd, path);
  const listed = config?.plugins.find((entry) => entry.path === path || resolve(config.directory, entry.path) === absolute);
  await removePlugin(world.files, configPlaceOf(context), listed?.path ?? path);
  await context.say('Removed. Its file was left where it is.');
  return {};
}

async function check({ world }: Context, path: string): Promise<Answer> {
  const { checkStrategy } = await import('../../core/contract-checks.ts');
  const plugin = await loadPlugin(world.files, { path, from: world.cwd });
  const results: { strategy: string; check: string; verdict: string; detail: string }[] = [];
  for (const strategy of plugin.strategies)
    for await (const { name, verdict, detail } of checkStrategy(strategy))
      results.push({ strategy: `${strategy.kind} ${strategy.name}`, check: name, verdict, detail: detail ?? '' });
  const failed = results.filter(({ verdict }) => verdict === 'fail').length;
  const shown = [
    { key: 'strategy', label: 'Strategy' },
    { key: 'check', label: 'Check' },
    { key: 'verdict', label: 'Verdict' },
    { key: 'detail', label: '', name: 'Detail' },
  ];
  const view = listView(`${plugin.name}: ${results.length - failed} passed, ${failed} failed`, shown, results, 'plugin-check');
  return failed === 0
    ? { view }
    : { view, failure: new PadlockError('plugin_contract', { message: `${failed} of ${results.length} checks failed.` }) };
}

const list: Action = async ({ config, world }) => {
  const entries = config?.plugins ?? [];
  const from = config?.directory ?? world.cwd;
  const rows = await Promise.all(
    entries.map(async (entry) => ({ path: entry.path, state: await pluginState(world.files, entry, from), sha256: entry.sha256 ?? '' })),
  );
  const lines = rows.map(({ path, state }): [string, string] => [path, state]);
  const view = listView('Plugins', columns, rows, 'plugins');
  return { view, text: instead(view, lines, world.stdout.columns) };
};

const ACTIONS: Readonly<Record<string, Action>> = { add, list, check, remove };

export async function run(context: Context): Promise<Answer> {
  const [word, path] = context.words;
  const action = actionOf(ACTIONS, word, 'add FILE, list, check FILE or remove FILE');
  if (path === undefined && action !== list) fail('usage_missing_option', `padlock plugin ${word} needs a file.`);
  return action(context, path ?? '');
}
