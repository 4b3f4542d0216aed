/** Flags that every command takes, and the manners that follow from them. */
import { fail } from '../core/errors.ts';
import { defineOptions } from '../core/options.ts';
import type { Argv } from './flags.ts';
import type { Manners, World } from './world.ts';

export const everywhere = defineOptions({
  config: { type: 'string', summary: 'another configuration file', placeholder: 'FILE', flagOnly: true },
  json: { type: 'boolean', summary: 'the same as --format json', flagOnly: true },
  quiet: { type: 'boolean', summary: 'nothing on stderr but errors', short: 'q', flagOnly: true },
  verbose: { type: 'boolean', summary: 'say what is done', short: 'v', flagOnly: true },
  debug: { type: 'boolean', summary: 'say everything that is done, without secrets', flagOnly: true },
  noInput: { type: 'boolean', summary: 'never ask', flagOnly: true },
  noColor: { type: 'boolean', summary: 'no colours', flagOnly: true },
  plugin: { type: 'list', summary: 'load a plugin for this command', placeholder: 'FILE', flagOnly: true },
  sandbox: { type: 'boolean', summary: 'sign in at a provider of its own, started for this command', flagOnly: true },
  help: { type: 'boolean', summary: 'show help', short: 'h', flagOnly: true },
  version: { type: 'boolean', summary: 'show the version', short: 'V', flagOnly: true },
});

/** The value of a flag of the CLI's own, as it was typed. */
export const ownFlag = (argv: Argv, key: string): unknown => argv.given.find(({ flag }) => flag.key === key)?.value;

export function mannersOf(argv: Argv, world: World): Manners {
  const on = (key: string): boolean => ownFlag(argv, key) === true;
  return {
    verbosity: on('debug') ? 'debug' : on('verbose') ? 'info' : 'silent',
    quiet: on('quiet'),
    input: !on('noInput') && !world.host.env('PADLOCK_NO_INPUT'),
    colour: !on('noColor') && world.stdout.colour,
  };
}

/** The format that flags or the environment ask for; undefined leaves it to the settings and the command. */
export function wishedFormat(argv: Argv, world: World): string | undefined {
  const format = ownFlag(argv, 'format');
  if (ownFlag(argv, 'json') !== true) return typeof format === 'string' ? format : world.host.env('PADLOCK_FORMAT') || undefined;
  if (format !== undefined && format !== 'json') fail('usage_conflict', '--json and --format ask for different formats.');
  return 'json';
}
