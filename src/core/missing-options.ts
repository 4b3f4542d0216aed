/** The error for options that a call lacks: all of them in one sentence, with every way to give them. */
import { fail } from './errors.ts';
import { envName, flagName, type Option } from './options.ts';

const listed = (items: readonly string[], word: 'and' | 'or'): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;

function ways(key: string, option: Option): string {
  const flag = `--${flagName(key)}`;
  if (option.flagOnly) return flag;
  if (option.issued) return listed([`${flag}-source NAME`, `${flag}-file FILE`, envName(key)], 'or');
  return option.secret ? listed([`${flag}-stdin`, `${flag}-file FILE`, envName(key)], 'or') : listed([flag, envName(key)], 'or');
}

/** Throws `usage_missing_option`. `unused` holds sentences about values that exist and may not be used here. */
export function missingOptions(missing: readonly (readonly [string, Option])[], what: string, unused: ReadonlyMap<string, string>): never {
  const names = missing.map(([key]) => `--${flagName(key)}`);
  const notes = missing.flatMap(([key]) => unused.get(key) ?? []);
  fail('usage_missing_option', `Insufficient arguments: ${listed(names, 'and')} ${names.length > 1 ? 'are' : 'is'} missing.`, {
    hint: [`For ${what}, give ${missing.map(([key, option]) => ways(key, option)).join('; ')}.`, ...notes].join(' '),
  });
}
