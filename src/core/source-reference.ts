/** A secret that a source fetches when it is needed: how it is written, and what a source may do to get it. */
import { resolve } from 'node:path';
import { type Members, membersOf } from './config-file.ts';
import type { Source, SourceHost } from './contracts.ts';
import { fail, isPadlockError, PadlockError } from './errors.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import type { Reference } from './layer.ts';
import type { Place } from './options.ts';
import { type Files, type Host, Http } from './ports.ts';
import type { Registry } from './registry.ts';
import { decodeText, readSecretFile, secretText } from './secret-text.ts';
import { didYouMean, excerpt } from './text.ts';

/** What the sources of secrets may reach. */
export interface SourceWorld {
  readonly files: Files;
  readonly host: Host;
  /** How long a source may take, in milliseconds. Default: 60 000, as a human may have to unlock something. */
  readonly patience?: number;
}

interface Written {
  readonly name: string;
  readonly argument: JsonValue;
}

/** `{ file: PATH }`, or at length `{ source: file, path: PATH }`. Throws `config_schema`. */
export function sourceReference(value: unknown, place: Place, directory: string, registry: Registry, world: SourceWorld): Reference {
  const members = membersOf(value, place);
  const { argument, name } = members.has('source') ? longForm(members, place, registry) : shortForm(members, place, registry);
  return referenceTo({ name, argument }, value as JsonObject, place, directory, registry, world);
}

/** `NAME` or `NAME:ARGUMENT`, as a flag or a variable names it. Throws `usage_unknown_strategy`. */
export function typedReference(text: unknown, place: Place, directory: string, registry: Registry, world: SourceWorld): Reference {
  if (typeof text !== 'string') fail('usage_bad_value', `${place.name} must name a source.`);
  const [, name = '', typed] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const { argument: what } = registry.record('source', name);
  const argument = typed === undefined || what !== 'path' ? (typed ?? null) : resolve(directory, typed);
  // whatever comes of it, it was configured: exit 3, as in a profile
  return referenceTo({ name, argument }, { [name]: argument }, { ...place, kind: 'config' }, directory, registry, world);
}

function longForm(members: Members, place: Place, registry: Registry): Written {
  const { source, ...rest } = Object.fromEntries(members) as JsonObject;
  const name = known(String(source), `${place.name}.source`, registry);
  const { argument: what } = registry.record('source', name);
  const given = Object.keys(rest);
  if (given.length === 0) return { name, argument: null };
  return { name, argument: what !== undefined && given.length === 1 && given[0] === what ? (rest[what] as JsonValue) : rest };
}

function shortForm(members: Members, place: Place, registry: Registry): Written {
  const [[name, argument] = [], second] = [...members];
  if (name === undefined || second)
    fail('config_schema', `${place.name} must be a text or have one key: ${registry.names('source').join(', ')}.`);
  return { name: known(name, `${place.name}.${excerpt(name, 60)}`, registry), argument: argument as JsonValue };
}

function known(name: string, at: string, registry: Registry): string {
  const names = registry.names('source');
  if (!names.includes(name))
    fail('config_schema', at.endsWith('.source') ? `${at} names no source.` : `There is no key ${at}.`, { hint: didYouMean(name, names) });
  return name;
}

function referenceTo(
  { argument, name }: Written,
  reference: JsonObject,
  place: Place,
  directory: string,
  registry: Registry,
  world: SourceWorld,
): Reference {
  const { patience = 60_000 } = world;
  const read = async (signal?: AbortSignal): Promise<string> => {
    const late = AbortSignal.timeout(patience);
    const both = signal ? AbortSignal.any([signal, late]) : late;
    const source = await registry.use('source', name);
    const host = sourceHost(source, argument, place, directory, { ...world, http: () => registry.port(Http) }, both);
    try {
      const text = await until(Promise.resolve(source.read(argument, host)), both);
      if (typeof text !== 'string') fail('plugin_contract', `The source ${name} gave something else than a text for ${place.name}.`);
      return secretText(text, place);
    } catch (error) {
      signal?.throwIfAborted();
      if (late.aborted)
        fail('config_missing_credential', `${place.name}: the source ${name} did not answer within ${patience / 1000} seconds.`);
      if (isPadlockError(error)) throw error;
      fail('plugin_crashed', `The source ${name} failed for ${place.name}.`, { cause: error });
    }
  };
  return { place, read, reference };
}

function sourceHost(
  source: Source,
  argument: JsonValue,
  place: Place,
  directory: string,
  { files, host, http }: SourceWorld & { readonly http: () => Http | undefined },
  signal: AbortSignal,
): SourceHost {
  const env = (name: string): string | undefined => host.env(name);
  const refuse: SourceHost['fail'] = (code, about = {}) => {
    throw new PadlockError(code, { ...about, message: `${place.name} ${about.message ?? 'yields nothing'}` });
  };
  return {
    env,
    fail: refuse,
    read: async (path) => decodeText(await readSecretFile(files, resolve(directory, path), place), place),
    run: async (command) => {
      try {
        return await host.run(command, signal);
      } catch (error) {
        if (!isPadlockError(error) || error.code !== 'config_missing_credential') throw error;
        fail('config_missing_credential', `${place.name}: ${error.message}`, { hint: error.hint, cause: error });
      }
    },
    http: async (request) => {
      const { host: asked } = new URL(request.url);
      if (!(source.hosts?.(argument, env) ?? []).includes(asked))
        fail('plugin_contract', `The source ${source.name} may not call ${excerpt(asked, 60)}: it is not among its hosts.`); // check: hosts of a source
      const door = http() ?? refuse('config_missing_credential', { message: 'has to be fetched, and there is no network here.' });
      return door.send({ ...request, signal });
    },
  };
}

/** Settles as `work` does, unless the signal is first; a source that ignores its signal must not hold the call. */
function until<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
