/** Option declarations → flags, and argv → what was given. yargs' parser splits the words; every judgement is made here. */
import parse from 'yargs-parser';
import { fail, PadlockError } from '../core/errors.ts';
import { flagName, type Option, quoted } from '../core/options.ts';
import { didYouMean } from '../core/text.ts';

/** One spelling of one option on the command line. */
export interface Flag {
  /** Without dashes. */
  readonly name: string;
  readonly key: string;
  readonly option: Option;
  /** A secret can come as it is, from a file, from standard input, or from a source by its name. */
  readonly form: 'value' | 'file' | 'stdin' | 'source';
  /** Works, and is not shown. */
  readonly hidden: boolean;
}

export interface DeclaredFlag {
  readonly key: string;
  readonly option: Option;
}

/** Every flag that a declaration makes. A bare secret works, hidden: argv can be read by every user of the machine. */
export function flagsOf({ key, option }: DeclaredFlag): readonly Flag[] {
  const name = flagName(key);
  const plain: Flag = { name, key, option, form: 'value', hidden: option.secret === true };
  if (!option.secret) return [plain];
  return [
    plain,
    { ...plain, name: `${name}-file`, form: 'file', hidden: false },
    { ...plain, name: `${name}-stdin`, form: 'stdin', hidden: false },
    { ...plain, name: `${name}-source`, form: 'source', hidden: option.issued !== true },
  ];
}

const takesNoValue = ({ option, form }: Flag): boolean => form === 'stdin' || option.type === 'boolean';
const isRepeatable = ({ option, form }: Flag): boolean => form === 'value' && (option.type === 'list' || option.type === 'map');

export interface GivenFlag {
  readonly flag: Flag;
  /** `true`, a text, or the texts of a repeatable flag. */
  readonly value: unknown;
}

export interface Argv {
  readonly positionals: readonly string[];
  /** Behind `--`. */
  readonly rest: readonly string[];
  readonly given: readonly GivenFlag[];
  /** Flags that nobody declared, without their values, which may be secrets. */
  readonly unknown: readonly string[];
  /** What is wrong with the flags that exist; to be thrown once it is known how the user wants to be told. */
  readonly fault?: PadlockError | undefined;
}

/** Splits argv by the flags that exist. An unknown flag is reported and not refused here: a plugin may still declare it. */
export function readArgv(argv: readonly string[], flags: readonly Flag[]): Argv {
  const byName = new Map(
    flags.flatMap((flag) =>
      [flag.name, ...(flag.form === 'value' ? (flag.option.aliases ?? []) : [])].map((name) => [name, flag] as const),
    ),
  );
  for (const flag of flags) if (flag.form === 'value' && flag.option.short) byName.set(flag.option.short, flag);
  const names = [...byName.keys()];
  const parsed = parse(asTyped(argv, byName), {
    string: names.filter((name) => !takesNoValue(byName.get(name) as Flag)),
    boolean: names.filter((name) => takesNoValue(byName.get(name) as Flag)),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
      'short-option-groups': true,
    },
  });
  const found = new Map<Flag, unknown[]>();
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(parsed)) {
    if (name === '_' || name === '--') continue;
    const flag = byName.get(name);
    if (flag === undefined) unknown.push(name);
    else found.set(flag, [...(found.get(flag) ?? []), ...(Array.isArray(value) ? value : [value])]);
  }
  const given = [...found].map(([flag, values]) => ({ flag, value: isRepeatable(flag) ? values : values[0] }));
  const fault = notText(argv) ?? valueForSwitch(argv, byName) ?? repeated(found);
  return { positionals: parsed._.map(String), rest: (parsed['--'] ?? []).map(String), given, unknown, fault };
}

/**
 * `--password-file -`: the parser would take the dash for an argument of the command. `--password='"a"'`: it would take off the quotes that the
 * shell left, so they are there twice.
 */
function asTyped(argv: readonly string[], byName: ReadonlyMap<string, Flag>): string[] {
  const words: string[] = [];
  for (const [at, word] of argv.entries()) {
    if (word === '--') return [...words, ...argv.slice(at)];
    const [, before = ''] = /^--?([^-=][^=]*)$/.exec(words.at(-1) ?? '') ?? [];
    const flag = byName.get(before);
    if (word === '-' && flag !== undefined && !takesNoValue(flag)) words.push(`${words.pop()}=-`);
    else words.push(word.replace(/^(--[^=]+=)((["']).*\3)$/s, '$1$3$2$3')); // check: quotes are part of the value
  }
  return words;
}

/** Node has put U+FFFD in the place of bytes that are no UTF-8; what was typed is lost, and must not be sent as something else. */
function notText(argv: readonly string[]): PadlockError | undefined {
  const end = argv.indexOf('--');
  const garbled = (end < 0 ? argv : argv.slice(0, end)).some((word) => word.includes('\ufffd'));
  return garbled ? new PadlockError('usage_bad_value', { message: 'The command line holds bytes that are not UTF-8 text.' }) : undefined; // check: argv is text
}

function repeated(found: ReadonlyMap<Flag, readonly unknown[]>): PadlockError | undefined {
  const [twice] = [...found].find(([flag, values]) => values.length > 1 && !isRepeatable(flag) && !takesNoValue(flag)) ?? [];
  return twice && new PadlockError('usage_conflict', { message: `--${twice.name} is given more than once.` });
}

/** `--require-verified=yes`: the parser would read anything but "true" as false. */
function valueForSwitch(argv: readonly string[], byName: ReadonlyMap<string, Flag>): PadlockError | undefined {
  const end = argv.indexOf('--');
  for (const word of end < 0 ? argv : argv.slice(0, end)) {
    const [, name = '', value] = /^--?([^=]+)=(.*)$/s.exec(word) ?? [];
    const flag = byName.get(name);
    if (flag !== undefined && takesNoValue(flag) && value !== 'true' && value !== 'false')
      return new PadlockError('usage_bad_value', { message: `--${flag.name} takes no value.` });
  }
  return undefined;
}

/** Throws `usage_unknown_option` for the first unknown flag, with the nearest known one. */
export function refuseUnknown(unknown: readonly string[], flags: readonly Flag[]): void {
  const [name] = unknown;
  if (name === undefined) return;
  const dashes = name.length === 1 ? '-' : '--';
  const known = flags.filter(({ hidden }) => !hidden).map((flag) => flag.name);
  fail('usage_unknown_option', `There is no option ${quoted(dashes + name)}.`, {
    hint: didYouMean(name, known, '--').replace(/^Known:.*/s, 'See --help.'),
  });
}
