/** run(argv, world) → exit code: the whole program, with nothing of Node's in it. */

import { builtIn } from '../builtin.ts';
import { fail, isPadlockError } from '../core/errors.ts';
import { failureOf, look } from '../core/guard.ts';
import type { Registry } from '../core/registry.ts';
import { didYouMean, excerpt, nearest, visible } from '../core/text.ts';
import { print } from './answer.ts';
import type { Command, Context, ProgramOptions } from './command.ts';
import { commands } from './commands/index.ts';
import { configured } from './configured.ts';
import { contextOf, isMachine } from './context.ts';
import { everywhere, ownFlag, wishedFormat } from './everywhere.ts';
import { type Argv, type Flag, flagsOf, readArgv, refuseUnknown } from './flags.ts';
import { folded } from './layout.ts';
import { report } from './report.ts';
import { Interrupted, type World } from './world.ts';

const PADLOCK: ProgramOptions = { name: 'padlock', commands };

const flagsFrom = (registry: Registry, own: readonly Command[]): readonly Flag[] => {
  const declared = registry.options().map(({ key, option }) => ({ key, option }));
  const extra = own.flatMap(({ own: options = {} }) => Object.entries(options)).map(([key, option]) => ({ key, option }));
  const known = new Map(
    [...Object.entries(everywhere).map(([key, option]) => ({ key, option })), ...extra, ...declared].map((one) => [one.key, one]),
  );
  return [...known.values()].flatMap(flagsOf);
};

/** Runs one command line. Never throws, never exits: the code is the answer. */
export async function run(words: readonly string[], world: World, options: ProgramOptions = PADLOCK): Promise<number> {
  const { container, redactor, registry } = builtIn();
  let argv: Argv = { positionals: [], rest: [], given: [], unknown: [] };
  let machine = (): boolean => false;
  let context: Context | undefined;
  const plugins = new Set<string>();
  try {
    for (const plugin of options.plugins ?? []) (await import('../core/plugin-record.ts')).registerPlugin(registry, plugin);
    argv = readArgv(words, flagsFrom(registry, options.commands));
    if (ownFlag(argv, 'help') === true) return await help(argv, world, registry, options);
    machine = () => ownFlag(argv, 'json') === true;
    const format = wishedFormat(argv, world);
    machine = () => format !== undefined && isMachine(registry, format);
    if (argv.fault !== undefined) throw argv.fault;
    const command = commandOf(argv, options);
    if (command === undefined) {
      if (!machine()) await world.stderr.write(`${(await import('./help.ts')).overview(options, world.stderr.columns)}\n\n`);
      fail('usage_missing_command', 'No command was given.', { hint: `See ${options.name} --help.` });
    }
    const { config, extended, faults } = await configured({ argv, command, program: options, registry, world }, plugins);
    if (extended) argv = readArgv(words, flagsFrom(registry, options.commands));
    if (format !== undefined) checkFormat(format, command, registry, options); // before anything is asked of anybody
    check(argv, command, registry, options);
    context = contextOf({ argv, command, config, container, faults, format, options, redactor, registry, world });
    machine = context.machine;
    const answer = await ending(world.signal, command.run(context));
    return await print(answer, context);
  } catch (error) {
    const mask = (text: string): string => redactor.mask(text);
    if (world.signal.aborted) await context?.end();
    return await report(world.signal.aborted ? blamed(world.signal.reason, plugins) : error, {
      stderr: world.stderr,
      machine: machine(),
      debug: ownFlag(argv, 'debug') === true,
      mask,
    });
  }
}

/** What crashed somewhere in this process, laid on a plugin where it came from one, or where only a plugin would throw such a thing. */
function blamed(error: unknown, plugins: ReadonlySet<string>): unknown {
  if (error instanceof Interrupted || isPadlockError(error)) return error;
  const stack = look(error, 'stack');
  const culprit = [...plugins].find((file) => typeof stack !== 'string' || stack.includes(file));
  return culprit === undefined ? error : failureOf(error, { plugin: culprit, what: `The plugin ${excerpt(culprit, 200)}` });
}

const named = (word: string | undefined, { commands: known }: ProgramOptions): Command | undefined =>
  known.find((command) => command.name === word || (word !== undefined && command.aliases?.includes(word)));

/** The command that was typed; undefined when none was. An unknown word may be a secret and is not repeated. */
function commandOf(argv: Argv, options: ProgramOptions): Command | undefined {
  const [word] = argv.positionals;
  if (word === undefined) return ownFlag(argv, 'version') === true ? named('version', options) : undefined;
  const found = named(word, options);
  if (found !== undefined) return found;
  const near = nearest(
    word,
    options.commands.flatMap((command) => [command.name, ...(command.aliases ?? [])]),
  );
  fail('usage_unknown_command', 'There is no such command.', {
    hint: near === undefined ? `See ${options.name} --help.` : `Did you mean ${options.name} ${near}?`,
  });
}

/** Help wins over whatever else is on the line, and a configuration that cannot be read is no reason to refuse it. */
async function help(argv: Argv, world: World, registry: Registry, options: ProgramOptions): Promise<number> {
  const command = named(argv.positionals[0], options);
  try {
    if (command?.signsIn) await configured({ argv, command, program: options, registry, world });
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    const line = visible(`Warning: the options of plugins are missing: ${error.message} [${error.code}]`);
    await world.stderr.write(`${folded(line, world.stderr.columns)}\n`);
  }
  const { helpText } = await import('./help.ts');
  await world.stdout.write(await helpText(options, command, registry, world.stdout.columns));
  return 0;
}

/** Refuses a format that does not exist, and one for tokens where there will be none. */
function checkFormat(format: string, { givesToken }: Command, registry: Registry, { name }: ProgramOptions): void {
  const { token } = registry.record('formatter', format);
  if (token !== undefined && givesToken !== true)
    fail('usage_bad_value', `--format ${format} prints a token, and this answer is none.`, {
      hint: `It is for the command token: ${name} token --format ${format}.`,
    });
}

/** Refuses what this command does not take. */
function check(argv: Argv, command: Command, registry: Registry, options: ProgramOptions): void {
  const taken = [
    ...Object.entries({ ...everywhere, ...command.own }).map(([key, option]) => ({ key, option })),
    ...registry.options().filter(({ key }) => command.signsIn || ALWAYS.has(key)),
  ];
  const keys = new Set(taken.map(({ key }) => key));
  const flags = taken.flatMap(flagsOf);
  refuseUnknown(argv.unknown, flags);
  for (const { flag } of argv.given)
    if (!keys.has(flag.key))
      fail('usage_unknown_option', `${options.name} ${command.name} has no option --${flag.name}.`, {
        hint: didYouMean(
          flag.name,
          flags.filter(({ hidden }) => !hidden).map(({ name }) => name),
          '--',
        ).replace(/^Known:.*/s, `See ${options.name} ${command.name} --help.`),
      });
  if (argv.positionals.length - 1 > (command.most ?? 0))
    fail(
      'usage_unexpected_argument',
      `${options.name} ${command.name} takes ${command.most ? `at most ${command.most}` : 'no'} arguments besides options; what was given may be a secret and is not shown.`,
      { hint: `See ${options.name} ${command.name} --help.` },
    );
}
const ALWAYS: ReadonlySet<string> = new Set(['format', 'timeout', 'profile']);

/** The result of `work`, or the signal's reason when that comes first: a port that does not listen must not hold the program. */
function ending<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
