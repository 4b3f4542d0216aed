/**
 * How an option is declared and read. From one declaration come the flag, the environment variable, the configuration
 * key, the prompt, the help line, the documentation, what is redacted and which layers may set it.
 */
import { fail } from './errors.ts';
import { didYouMean, excerpt } from './text.ts';
import { checkUrl } from './url.ts';

/** See {@link Option.form}. */
export type TextForm = 'host' | 'segment' | 'url';
export type OptionType = 'string' | 'boolean' | 'number' | 'list' | 'map';

export interface Option {
  /** `list`: every value is kept, values may be separated by spaces. `map`: `key=value`, repeatable. `number`: a finite decimal number. */
  readonly type: OptionType;
  /** A few words for help, lower case, without a full stop. */
  readonly summary: string;
  /** Without a value the strategy cannot work: it is asked for, or exit 2 names it. */
  readonly required?: boolean;
  /** Never printed; readable from a file, stdin, the environment or a reference in the profile. Only for `string`. */
  readonly secret?: boolean;
  /** Part of who the session belongs to, so part of its key. */
  readonly identity?: boolean;
  /**
   * `where` the provider is, or `who` asks it. The secrets configured beside a `where` are for that provider only,
   * and `--profile` beats the environment variables of both. What is good for one `call` stands beside a profile.
   */
  readonly account?: 'where' | 'who' | 'call';
  /** What to ask on a terminal; without it an absent value is not asked for. */
  readonly prompt?: string;
  readonly default?: string | number | boolean | readonly string[];
  readonly choices?: readonly string[];
  /** What stands for the value in help: `URL`, `SECONDS`, `FILE`. */
  readonly placeholder?: string;
  /** Other names of the flag, as typed: `['email']`. */
  readonly aliases?: readonly string[];
  /** One letter. */
  readonly short?: string;
  /** A project file, which anyone may have written, can set it. */
  readonly project?: boolean;
  /** Only on the command line: no environment variable, no configuration key. */
  readonly flagOnly?: boolean;
  /** The code of the failure when the file that should hold it cannot be read; a key has one of its own. */
  readonly unreadable?: 'config_bad_key';
  /** A secret that is an identity token, issued for the occasion: a client fetches it anew for each request, and help shows `--x-source`. */
  readonly issued?: boolean;
  /** What a text has to be: a host name (with a port, if need be), one segment of a path, a URL that may be called. */
  readonly form?: TextForm;
  /** Bounds of a number, inclusive. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** A number without a fraction. */
  readonly integer?: boolean;
}

/** Keys are camelCase: `clientId` is `--client-id`, `PADLOCK_CLIENT_ID`, and `client_id` in a profile. */
export type Options = Readonly<Record<string, Option>>;

export type OptionValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

type ValueOf<O extends Option> = O['type'] extends 'boolean'
  ? boolean
  : O['type'] extends 'number'
    ? number
    : O['type'] extends 'list'
      ? readonly string[]
      : O['type'] extends 'map'
        ? Readonly<Record<string, string>>
        : string;
type Certain<O extends Option> = O extends { required: true }
  ? true
  : O extends { default: string | number | boolean | readonly string[] }
    ? true
    : false;

/** The values of declared options, as a strategy receives them: an absent optional one is `undefined`, a secret is a plain string. */
export type ValuesOf<O extends Options> = {
  readonly [K in keyof O]: Certain<O[K]> extends true ? ValueOf<O[K]> : ValueOf<O[K]> | undefined;
};

/** Keeps the literal types of a declaration. */
export const defineOptions = <const O extends Options>(options: O): O => options;

const words = (key: string, separator: string): string => key.replace(/[A-Z]/g, (letter) => separator + letter.toLowerCase());

/** `clientId` → `client-id`. */
export const flagName = (key: string): string => words(key, '-');
/** `clientId` → `client_id`. */
export const configKey = (key: string): string => words(key, '_');
/** `clientId` → `PADLOCK_CLIENT_ID`. */
export const envName = (key: string): string => `PADLOCK_${configKey(key).toUpperCase()}`;

/** Where a raw value came from, for the error that refuses it: the name the user knows, and whether it is a call or a configuration. */
export interface Place {
  /** `--client-id`, `PADLOCK_CLIENT_ID`, `profiles.work.client_id`. */
  readonly name: string;
  readonly kind: 'usage' | 'config';
  /** The code for what cannot be read there, where it is not the usual one. */
  readonly unreadable?: Option['unreadable'];
}

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** Forms that a pattern decides; one that holds it can stand in a URL and stays where it stands. */
export const PATTERNS = {
  host: { pattern: `^${LABEL}(\\.${LABEL})*(:[0-9]{1,5})?$`, must: 'must be a host name, without https:// and without a path' },
  segment: { pattern: '^(?!\\.{1,2}$)[A-Za-z0-9._~-]{1,200}$', must: 'must be one name of letters, digits, dots, dashes and underscores' },
} as const;

const TRUE = new Set(['true', '1', 'yes', 'on']);
const FALSE = new Set(['false', '0', 'no', 'off', '']);

function refuse(place: Place, must: string, hint?: string): never {
  fail(place.kind === 'usage' ? 'usage_bad_value' : 'config_schema', `${place.name} ${must}.`, { hint });
}

function readString(option: Option, raw: unknown, place: Place): string {
  const text = typeof raw === 'number' ? String(raw) : raw;
  if (typeof text !== 'string') refuse(place, 'must be a text');
  if (text === '') refuse(place, 'must not be empty');
  if (text.includes('\0') || !text.isWellFormed()) refuse(place, 'must be well-formed text without NUL');
  const { form } = option;
  if (form === 'url') checkUrl(text, place.name); // check: form of a URL
  if (form && form !== 'url' && !new RegExp(PATTERNS[form].pattern).test(text)) refuse(place, PATTERNS[form].must); // check: form of a text
  if (option.choices && !option.choices.includes(text))
    refuse(place, `must be one of ${option.choices.join(', ')}`, didYouMean(text, option.choices));
  return text;
}

function readNumber(option: Option, raw: unknown, place: Place): number {
  const number = typeof raw === 'string' && /^-?\d+(\.\d+)?$/.test(raw) ? Number(raw) : raw;
  if (typeof number !== 'number' || !Number.isFinite(number)) refuse(place, 'must be a number');
  if (option.integer === true && !Number.isSafeInteger(number)) refuse(place, 'must be a whole number');
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = option;
  if (number < minimum || number > maximum)
    refuse(place, option.maximum === undefined ? `must be at least ${minimum}` : `must be between ${minimum} and ${maximum}`);
  return number;
}

function readBoolean(raw: unknown, place: Place): boolean {
  if (typeof raw === 'boolean') return raw;
  if (typeof raw === 'string' && TRUE.has(raw.toLowerCase())) return true;
  if (typeof raw === 'string' && FALSE.has(raw.toLowerCase())) return false;
  refuse(place, 'must be true or false');
}

function readMap(raw: unknown, place: Place): Readonly<Record<string, string>> {
  const pairs: [string, string][] = [];
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) {
    for (const [key, value] of Object.entries(raw)) pairs.push([key, readString({ type: 'string', summary: '' }, value, place)]);
  } else {
    for (const item of Array.isArray(raw) ? raw : [raw]) {
      const text = readString({ type: 'string', summary: '' }, item, place);
      const at = text.indexOf('=');
      if (at < 1) refuse(place, 'must be key=value');
      pairs.push([text.slice(0, at), text.slice(at + 1)]);
    }
  }
  const seen = new Set(pairs.map(([key]) => key));
  if (seen.size !== pairs.length) refuse(place, 'must not give a key twice');
  return Object.freeze(Object.fromEntries(pairs));
}

function readList(option: Option, raw: unknown, place: Place): readonly string[] {
  const items = (Array.isArray(raw) ? raw : [raw]).flatMap((item) => readString({ ...option, type: 'string' }, item, place).split(/\s+/));
  return Object.freeze(items.filter((item) => item !== ''));
}

/**
 * A raw value from argv, the environment, a file or a program as the declared type.
 * Throws `usage_bad_value` or `config_schema`, naming the place and never the value.
 */
export function readOption(option: Option, raw: unknown, place: Place): OptionValue {
  switch (option.type) {
    case 'string':
      return readString(option, raw, place);
    case 'number':
      return readNumber(option, raw, place);
    case 'boolean':
      return readBoolean(raw, place);
    case 'list':
      return readList(option, raw, place);
    case 'map':
      return readMap(raw, place);
  }
}

/** Other names of a flag are the first declaration's to give; a later one need not repeat them. */
const NEED_NOT_REPEAT: ReadonlySet<string> = new Set(['aliases', 'short']);

/** Two declarations of one word must agree in everything but their summary. Returns what differs. */
export function disagreement(a: Option, b: Option): string | undefined {
  const keys = [
    'type',
    'secret',
    'identity',
    'default',
    'choices',
    'aliases',
    'short',
    'project',
    'flagOnly',
    'unreadable',
    'issued',
    'form',
    'minimum',
    'maximum',
    'integer',
  ] as const;
  return keys.find((key) => !(NEED_NOT_REPEAT.has(key) && b[key] === undefined) && JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}

/** For messages: a name that came from outside, quoted and safe. */
export const quoted = (name: string): string => `"${excerpt(name, 60)}"`;

/** The words that strategies share. A strategy picks what it needs and may add `required`. */
export const shared = defineOptions({
  clientSecret: { type: 'string', summary: 'client secret', secret: true, account: 'who', prompt: 'Client secret' },
  username: { type: 'string', summary: 'who signs in', identity: true, account: 'who', prompt: 'Username or email', aliases: ['email'] },
  password: { type: 'string', summary: 'password', secret: true, account: 'who', prompt: 'Password' },
  domain: { type: 'string', summary: "the provider's host name", placeholder: 'HOST', form: 'host' },
  realm: { type: 'string', summary: 'realm', placeholder: 'REALM', form: 'segment', identity: true },
});
