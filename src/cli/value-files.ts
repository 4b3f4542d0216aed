/** Flags whose value may stand in a file: `--authorization-details @details.json`. */
import { resolve } from 'node:path';
import { fail } from '../core/errors.ts';
import type { Files } from '../core/ports.ts';

const MAY_BE_FILES = ['authorizationDetails'];

/** The flags with what the files say. Throws `usage_bad_value` for one that is not there. */
export async function withFiles(flags: ReadonlyMap<string, unknown>, files: Files, cwd: string): Promise<ReadonlyMap<string, unknown>> {
  const said = new Map(flags);
  for (const key of MAY_BE_FILES) {
    const [value, second] = [flags.get(key)].flat();
    if (second !== undefined || typeof value !== 'string' || !value.startsWith('@')) continue;
    const content = await files.read(resolve(cwd, value.slice(1)));
    if (content === undefined) fail('usage_bad_value', `There is no file ${value.slice(1)}.`);
    said.set(key, new TextDecoder().decode(content));
  }
  return said;
}
