/** Help, from the same declarations that are parsed; yargs lays out the options. */
import yargs from 'yargs';
import type { Kind } from '../core/contracts.ts';
import { factorOptions } from '../core/factor-options.ts';
import { checkOptions, endpointOptions, mannerOptions, providerOptions, requestOptions, storeOptions } from '../core/general-options.ts';
import { envName, type Option } from '../core/options.ts';
import type { DeclaredOption, Registry } from '../core/registry.ts';
import type { Command, HelpGroup, ProgramOptions } from './command.ts';
import { everywhere } from './everywhere.ts';
import { type DeclaredFlag, type Flag, flagsOf } from './flags.ts';
import { definitions, prose, SIDE_BY_SIDE, widthOf } from './layout.ts';

const GROUPS: Readonly<Record<HelpGroup, readonly string[]>> = {
  Flow: ['flow', ...Object.keys(mannerOptions), ...Object.keys(factorOptions)],
  Provider: [...Object.keys(providerOptions), ...Object.keys(endpointOptions)],
  Request: Object.keys(requestOptions),
  Checks: Object.keys(checkOptions),
  Store: Object.keys(storeOptions),
};
const EVERYWHERE = 'profile format json quiet verbose debug noInput noColor timeout noCache config plugin sandbox help version'.split(' ');
/** What makes no difference to a command that does not sign in. */
const SIGNING_IN: ReadonlySet<string> = new Set(['profile', 'noInput', 'timeout', 'noCache', 'plugin', 'sandbox']);

/** Options whose values are names of strategies. */
const NAMES: Readonly<Record<string, Kind>> = {
  flow: 'grant',
  format: 'formatter',
  verifier: 'verifier',
  clientAuth: 'client-auth',
  store: 'store',
  provider: 'provider',
};

function groupOf({ key, owners }: DeclaredOption): HelpGroup | undefined {
  const named = (Object.keys(GROUPS) as HelpGroup[]).find((group) => GROUPS[group].includes(key));
  if (named !== undefined || owners.length === 0) return named;
  if (owners.some(({ kind }) => kind === 'store')) return 'Store';
  return owners.some(({ kind }) => kind === 'grant') && !owners.some(({ kind }) => kind === 'provider') ? 'Flow' : 'Provider';
}

/** "[password, sms-pin]": the flows that read it. */
function flowTag({ owners }: DeclaredOption): string {
  const flows = owners.filter(({ kind }) => kind === 'grant' || kind === 'provider').map(({ name }) => name);
  return flows.length === 0 ? '' : ` [${flows.join(', ')}]`;
}

type Builder = ReturnType<typeof yargs>;

function meaning({ form, key, option }: Flag, registry: Registry): string {
  if (form === 'stdin') return 'the same, from standard input';
  if (form === 'file') return `${option.summary}, from a file`;
  if (form === 'source') return `the same, from a source: ${registry.names('source').join(', ')}`;
  const kind = NAMES[key];
  const names = kind === undefined ? (option.choices ?? []) : registry.names(kind);
  const choices = names.length > 0 ? `: ${names.join(', ')}` : '';
  return `${option.summary}${choices}${option.default === undefined ? '' : ` (default ${String(option.default)})`}`;
}

const placeholder = ({ form, option }: Flag): string => {
  if (form === 'file') return ' FILE';
  if (form === 'source') return ' NAME[:ARGUMENT]';
  return form === 'stdin' || option.type === 'boolean' || option.placeholder === undefined ? '' : ` ${option.placeholder}`;
};

function add(builder: Builder, declared: DeclaredFlag, group: string, tag: string, registry: Registry): void {
  for (const flag of flagsOf(declared)) {
    if (flag.hidden) continue;
    const { short, aliases = [] }: Option = flag.form === 'value' ? flag.option : { type: 'string', summary: '' };
    const names = [flag.name, ...aliases].join(', --') + placeholder(flag);
    builder.option(names, { group: `${group}:`, alias: short ?? [], describe: `${meaning(flag, registry)}${tag}` });
  }
}

function addOptions(builder: Builder, command: Command | undefined, registry: Registry): void {
  for (const [key, option] of Object.entries(command?.own ?? {})) add(builder, { key, option }, 'Options', '', registry);
  const shown = command?.signsIn ? (command.helpGroups ?? (Object.keys(GROUPS) as HelpGroup[])) : [];
  for (const group of shown)
    for (const one of registry.options()) if (groupOf(one) === group) add(builder, one, group, flowTag(one), registry);
  const own: Readonly<Record<string, Option>> = everywhere;
  for (const key of EVERYWHERE) {
    const option = own[key] ?? registry.option(key)?.option;
    if (option === undefined || (command && (key === 'version' || (!command.signsIn && SIGNING_IN.has(key))))) continue;
    add(builder, { key, option }, command ? 'Everywhere' : 'Options', '', registry);
  }
}

/** The options, one group after the other. */
async function optionsText(command: Command | undefined, registry: Registry, width: number): Promise<string> {
  const builder = yargs([]).scriptName('').help(false).version(false).exitProcess(false).locale('en');
  addOptions(builder, command, registry);
  if (width >= SIDE_BY_SIDE) return (await builder.wrap(width).getHelp()).trim();
  const groups = (await builder.wrap(null).getHelp()).trim().split('\n\n');
  return groups
    .map((group) => {
      const [title = '', ...lines] = group.split('\n');
      const pairs = lines.map((line): [string, string] => {
        const [names = '', what = ''] = line.trim().split(/ {2,}/, 2);
        return [names, what];
      });
      return `${title}\n${definitions(pairs, width)}`;
    })
    .join('\n\n');
}

const named = (line: string, name: string): string => line.replace(/^padlock\b/, name);

/** What the program is for and what it can do: all that is said when no command was given. */
export function overview({ name, commands }: ProgramOptions, columns: number | undefined): string {
  const width = widthOf(columns);
  const examples = commands.flatMap(({ examples: [first] }) => (first ? [first] : [])).slice(0, 3);
  return [
    prose(`${name}: sign in from a terminal and get a token that was verified`, width),
    definitions(
      examples.map(([line, what]) => [named(line, name), what]),
      width,
    ),
    `Usage: ${name} COMMAND [OPTIONS]`,
    `Commands:\n${definitions(
      commands.map(({ aliases = [], name: word, summary }) => [
        `${name} ${word}`,
        aliases.length > 0 ? `${summary} (also: ${aliases.join(', ')})` : summary,
      ]),
      width,
    )}`,
  ].join('\n\n');
}

/** One line for each thing the command can do. */
function usage(words: string, operands: string | undefined, width: number): string {
  const lines = (operands?.split(' | ') ?? ['']).map((action) => [words, action, '[OPTIONS]'].filter(Boolean).join(' '));
  return lines.length === 1 ? prose(`Usage: ${lines[0]}`, width) : `Usage:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** The help of a command, or of the program. `columns`: of the terminal, undefined when it is none. */
export async function helpText(
  program: ProgramOptions,
  command: Command | undefined,
  registry: Registry,
  columns: number | undefined,
): Promise<string> {
  const { commands, name } = program;
  const width = widthOf(columns);
  const options = await optionsText(command, registry, width);
  if (command === undefined) {
    const topics = commands.find(({ name: word }) => word === 'help')?.footer ?? '';
    return `${[overview(program, columns), options, prose(`${name} help COMMAND shows its options. ${topics}`, width)].join('\n\n')}\n`;
  }
  const { aliases = [], examples, footer, operands, summary } = command;
  const parts = [
    prose(`${name} ${command.name}: ${summary}${aliases.length > 0 ? ` (also: ${aliases.join(', ')})` : ''}`, width),
    definitions(
      examples.map(([line, what]) => [named(line, name), what]),
      width,
    ),
    usage(`${name} ${command.name}`, operands, width),
    options,
    ...(footer === undefined ? [] : [prose(footer.replaceAll('padlock', name), width)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Every option that has an environment variable, for `help environment`. */
export const environment = (registry: Registry): readonly (readonly [variable: string, summary: string])[] =>
  registry
    .options()
    .filter(({ option }) => !option.flagOnly)
    .flatMap(({ key, option }) => [
      [envName(key), option.summary] as const,
      ...(option.secret ? [[`${envName(key)}_FILE`, 'the same, from a file'] as const] : []),
      ...(option.issued ? [[`${envName(key)}_SOURCE`, 'the same, from a source'] as const] : []),
    ]);
