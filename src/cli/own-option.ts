import { type OptionValue, readOption } from '../core/options.ts';
import type { Context } from './command.ts';

/** A flag of a command's own, read as it is declared. Throws `usage_bad_value`. */
export function readOwn({ argv }: Context, key: string): OptionValue | undefined {
  const given = argv.given.find(({ flag }) => flag.key === key);
  return given && readOption(given.flag.option, given.value, { name: `--${given.flag.name}`, kind: 'usage' });
}
