/** Loads strategies from outside modules: those the user listed, and those typed with `--plugin`. */
import { isAbsolute, resolve } from 'node:path';
import type { PluginEntry } from './config-file.ts';
import type { Plugin } from './contracts.ts';
import { fail, isPadlockError } from './errors.ts';
import { look } from './guard.ts';
import { quoted } from './options.ts';
import { Patience, USUAL_TIMEOUT } from './patience.ts';
import { readPlugin } from './plugin-record.ts';
import type { Files } from './ports.ts';
import { excerpt } from './text.ts';

/** A plugin to load: a path as it was written, and the folder that a relative one starts from. */
export interface PluginReference extends PluginEntry {
  readonly from: string;
}

/** A bare name is a package; everything else is a path. URLs are neither. */
const isPackage = (path: string): boolean => /^(@[\w.-]+\/)?[\w-][\w.-]*$/.test(path) && !/\.[cm]?js$/.test(path);

/** The sha256 of a file, in hex. */
export async function fingerprint(files: Files, path: string): Promise<string> {
  const content = (await files.read(path)) ?? fail('plugin_not_found', `There is no plugin at ${excerpt(path, 200)}.`);
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(content).digest('hex');
}

/** Where a plugin's module is. Throws `plugin_not_found`. Never the working directory, unless the reference starts there. */
export async function locatePlugin(files: Files, { path, from }: Pick<PluginReference, 'path' | 'from'>): Promise<string> {
  if (/^[a-z][a-z0-9+.-]+:/i.test(path) && !isAbsolute(path))
    fail('plugin_not_found', `A plugin is a file or a package, not a URL: ${quoted(path)}.`);
  if (!isPackage(path)) {
    const file = resolve(from, path);
    if ((await files.facts(file, true))?.kind !== 'file') fail('plugin_not_found', `There is no plugin at ${excerpt(file, 200)}.`);
    return file;
  }
  const { createRequire } = await import('node:module');
  for (const base of [resolve(from, 'package.json'), import.meta.url]) {
    try {
      return createRequire(base).resolve(path);
    } catch {
      // it is not there, or not for require
    }
  }
  return fail('plugin_not_found', `There is no package ${quoted(path)} where the plugin is listed, nor beside Padlock.`, {
    hint: 'Give the path of its file where a package can only be imported.',
  });
}

/** Imports a plugin whose content is what was accepted. Throws `plugin_not_found`, `plugin_changed`, `plugin_load_failed`, `plugin_timeout`, `plugin_contract`. */
export async function loadPlugin(files: Files, reference: PluginReference, seconds = USUAL_TIMEOUT): Promise<Plugin> {
  const file = await locatePlugin(files, reference);
  if (reference.sha256 !== undefined && (await fingerprint(files, file)) !== reference.sha256)
    fail('plugin_changed', `The plugin ${excerpt(file, 200)} is not the one that was added.`, {
      hint: `If you trust what it is now: padlock plugin add ${excerpt(file, 200)}`,
    });
  const { pathToFileURL } = await import('node:url');
  let module: { readonly default?: unknown };
  try {
    const imported = import(pathToFileURL(file).href) as Promise<{ readonly default?: unknown }>;
    module = await new Patience(`The plugin ${excerpt(file, 200)}`, seconds).over(imported);
  } catch (error) {
    if (isPadlockError(error) && error.code === 'plugin_timeout') throw error;
    const said = typeof error === 'object' && error !== null ? look(error, 'message') : error;
    const line = String(said ?? '').split('\n')[0] ?? '';
    fail('plugin_load_failed', `The plugin ${excerpt(file, 200)} cannot be loaded: ${excerpt(line, 200)}`, { cause: error });
  }
  return readPlugin(module.default);
}
