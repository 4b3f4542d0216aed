/** `.padlock.yaml` of a project: anyone may have written it, so it sets only what an option opens to it. */
import { dirname, join } from 'node:path';
import { membersOf } from './config-file.ts';
import { parseConfigText } from './config-text.ts';
import { fail, isPadlockError } from './errors.ts';
import type { Layer, Raw } from './layer.ts';
import { configKey, type Place } from './options.ts';
import type { Files } from './ports.ts';
import type { Registry } from './registry.ts';
import { didYouMean, excerpt } from './text.ts';

const NAMES = ['.padlock.yaml', '.padlock.yml', '.padlock.json'] as const;

/** A folder that one may not look into holds no project file, nor the root of a repository. */
async function isThere(files: Files, path: string): Promise<boolean> {
  try {
    return (await files.facts(path)) !== undefined;
  } catch (error) {
    if (isPadlockError(error) && error.code === 'store_permissions') return false;
    throw error;
  }
}

/** From `cwd` up to the repository root or home, whichever is first; only `cwd` where neither is above it. */
async function searched(files: Files, cwd: string, home: string | undefined): Promise<readonly string[]> {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === home || (await isThere(files, join(folder, '.git')))) return folders;
    if (folder === dirname(folder)) return [cwd];
  }
}

async function locate(files: Files, cwd: string, home: string | undefined): Promise<string | undefined> {
  for (const folder of await searched(files, cwd, home)) {
    const found: string[] = [];
    for (const name of NAMES) if (await isThere(files, join(folder, name))) found.push(name);
    if (found.length > 1) fail('config_conflict', `There are two project files in one folder: ${found.join(' and ')}.`);
    if (found[0] !== undefined) return join(folder, found[0]);
  }
  return undefined;
}

async function guard(files: Files, path: string): Promise<void> {
  const facts = await files.facts(path);
  const name = excerpt(path, 200);
  if (facts?.kind !== 'file') fail('config_untrusted', `The project file ${name} is not a plain file.`);
  if (!facts.own) fail('config_untrusted', `The project file ${name} belongs to another user.`);
  if (facts.mode !== undefined && facts.mode & 0o002)
    fail('config_untrusted', `The project file ${name} can be written by anyone.`, { hint: `Run: chmod o-w ${name}` });
}

/** The layer of the project file, if there is one. Both folders are absolute. Throws `config_untrusted`, `config_conflict`, `config_parse`, `config_schema`. */
export async function projectLayer(files: Files, cwd: string, home: string | undefined, registry: Registry): Promise<Layer | undefined> {
  const path = await locate(files, cwd, home);
  if (path === undefined) return undefined;
  await guard(files, path);
  const content = await parseConfigText((await files.read(path)) ?? new Uint8Array(), path);
  const place = (key: string): Place => ({ name: `${excerpt(key, 60)} in ${excerpt(path, 200)}`, kind: 'config' });
  const open = registry.options().filter(({ key, option }) => key === 'profile' || (option.project && !option.secret && !option.flagOnly));
  const known = new Map(open.map(({ key }) => [configKey(key), key]));
  const values = new Map<string, Raw>();
  for (const [key, raw] of content === undefined
    ? []
    : membersOf(content, { name: `The project file ${excerpt(path, 200)}`, kind: 'config' })) {
    const declared = known.get(key);
    if (declared === undefined)
      fail('config_untrusted', `A project file may not set ${place(key).name}.`, { hint: didYouMean(key, [...known.keys()]) });
    values.set(declared, { raw, place: place(key) });
  }
  return { name: 'project', values };
}
