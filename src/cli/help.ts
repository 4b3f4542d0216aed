/** Help, laid out by yargs from the same declarations that are parsed. */
import yargs from 'yargs';
import { checkOptions, generalOptions, providerOptions, requestOptions } from '../core/general-options.ts';
import { envName, flagName } from '../core/options.ts';
import type { DeclaredOption, Registry } from '../core/registry.ts';
import type { Command } from './command.ts';
import { everywhere } from './everywhere.ts';
import { type DeclaredFlag, flagsOf } from './flags.ts';
import type { ProgramOptions } from './program.ts';

const WIDTH = 100;

const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Provider:', Object.keys(providerOptions)],
  ['Request:', Object.keys(requestOptions)],
  ['Checks:', Object.keys(checkOptions)],
];

function groupOf({ key, owners }: DeclaredOption): string {
  if (owners.some(({ kind }) => kind === 'grant')) return 'Flows:';
  return GROUPS.find(([, keys]) => keys.includes(key))?.[0] ?? (owners.length > 0 ? 'Provider:' : 'Everywhere:');
}

/** "[password, sms-pin]": the flows that read it. */
function flowTag({ owners }: DeclaredOption): string {
  const flows = owners.filter(({ kind }) => kind === 'grant').map(({ name }) => name);
  return flows.length === 0 ? '' : ` [${flows.join(', ')}]`;
}

type Builder = ReturnType<typeof yargs>;

function add(builder: Builder, declared: DeclaredFlag, group: string, tag: string): void {
  for (const { name, option, form, hidden } of flagsOf(declared)) {
    if (hidden) continue;
    const summary =
      form === 'file'
        ? `${option.summary}, from a file (- is standard input; or ${envName(declared.key)})`
        : form === 'stdin'
          ? `${option.summary}, from standard input`
          : option.summary;
    const placeholder =
      form === 'file'
        ? 'FILE'
        : form === 'stdin' || option.type === 'boolean'
          ? undefined
          : (option.placeholder ?? option.choices?.join('|'));
    const alias = form === 'value' ? [...(option.short ? [option.short] : []), ...(option.aliases ?? [])] : [];
    builder.option(name, {
      group,
      alias,
      describe: `${placeholder === undefined ? '' : `${placeholder}: `}${summary}${tag}`,
      ...(form === 'value' && option.default !== undefined && { default: option.default }),
    });
  }
}

function options(builder: Builder, command: Command | undefined, registry: Registry): void {
  for (const [key, option] of Object.entries(command?.own ?? {})) add(builder, { key, option }, `${command?.name}:`, '');
  const declared = registry.options().filter(({ key }) => command?.signsIn === true || (command !== undefined && key === 'format'));
  const order = ['Flows:', 'Provider:', 'Request:', 'Checks:', 'Everywhere:'];
  for (const group of order) for (const one of declared) if (groupOf(one) === group) add(builder, one, group, flowTag(one));
  for (const [key, option] of Object.entries(everywhere)) add(builder, { key, option }, 'Everywhere:', '');
}

/** The help of a command, or of the program. `columns`: of the terminal, undefined when it is none. */
export async function helpText(
  { name, commands }: ProgramOptions,
  command: Command | undefined,
  registry: Registry,
  columns: number | undefined,
): Promise<string> {
  const builder = yargs([])
    .scriptName(name)
    .help(false)
    .version(false)
    .exitProcess(false)
    .locale('en')
    .wrap(Math.min(columns ?? WIDTH, WIDTH));
  const examples = (command?.examples ?? commands.flatMap(({ examples: [first] }) => (first ? [first] : [])).slice(0, 3))
    .map(([line, what]) => `  ${line.replace(/^padlock/, name)}\n      ${what}`)
    .join('\n');
  if (command === undefined) {
    builder.usage(`${name}: sign in from a terminal and get a token that was verified.\n\n${examples}\n\nUsage: ${name} COMMAND [OPTIONS]`);
    for (const { name: word, aliases = [], operands = '', summary } of commands)
      builder.command([`${word} ${operands}`.trim(), ...aliases], summary, {}, () => {});
    builder.epilogue(`${name} help COMMAND shows its options. Topics: ${name} help flows, environment, exit-codes, formats, ci, plugins.`);
  } else {
    const aliases = command.aliases === undefined ? '' : ` (also: ${command.aliases.join(', ')})`;
    builder.usage(
      `${name} ${command.name}: ${command.summary}${aliases}\n\n${examples}\n\nUsage: ${[name, command.name, command.operands, '[OPTIONS]'].filter(Boolean).join(' ')}`,
    );
  }
  options(builder, command, registry);
  return `${(await builder.getHelp()).trimEnd()}\n`;
}

/** Every option that has an environment variable, for `help environment`. */
export const environment = (registry: Registry): readonly (readonly [variable: string, summary: string])[] =>
  registry
    .options()
    .filter(({ option }) => !option.flagOnly)
    .flatMap(({ key, option }) => [
      [envName(key), option.summary] as const,
      ...(option.secret ? [[`${envName(key)}_FILE`, `${option.summary}, from a file`] as const] : []),
    ]);

export { flagName, generalOptions };
