/** A registry with an option of every type, files in memory and a machine that does as it is told. */
import type { Config } from '../../src/core/config-file.ts';
import { readConfig } from '../../src/core/config-file.ts';
import type { Grant, Strategy } from '../../src/core/contracts.ts';
import { isPadlockError, type PadlockError } from '../../src/core/errors.ts';
import { noHost } from '../../src/core/headless.ts';
import { createContainer } from '../../src/core/inject.ts';
import { loadSettings, type SettingsSources } from '../../src/core/load-settings.ts';
import { defineOptions, shared } from '../../src/core/options.ts';
import type { FileFacts, Files, Host } from '../../src/core/ports.ts';
import { Registry } from '../../src/core/registry.ts';
import { Redactor } from '../../src/core/secret.ts';
import type { Settings } from '../../src/core/settings.ts';
import { command } from '../../src/strategies/sources/command.ts';
import { env } from '../../src/strategies/sources/env.ts';
import { file } from '../../src/strategies/sources/file.ts';

/** Stands in every value that no error may show. */
export const CANARY = 'c4n4ry-hunter2';

export const own = defineOptions({
  profile: { type: 'string', summary: 'named settings', short: 'p', project: true },
  config: { type: 'string', summary: 'configuration file' },
  issuer: { type: 'string', summary: 'issuer', account: 'where', identity: true },
  domain: { type: 'string', summary: 'domain of a provider', account: 'where' },
  clientId: { type: 'string', summary: 'client', account: 'who', identity: true },
  scope: { type: 'list', summary: 'scopes', project: true },
  param: { type: 'map', summary: 'form parameters' },
  timeout: { type: 'number', summary: 'seconds', default: 30, minimum: 1, maximum: 600 },
  requireVerified: { type: 'boolean', summary: 'refuse what cannot be verified' },
  format: { type: 'string', summary: 'how it is printed', choices: ['table', 'json'], project: true },
  saveAs: { type: 'string', summary: 'only a flag', flagOnly: true },
});

export const passwordOptions = defineOptions({
  username: { ...shared.username, required: true },
  password: { ...shared.password, required: true },
  realm: { type: 'string', summary: 'realm' },
});

const password: Grant = {
  kind: 'grant',
  name: 'password',
  summary: 'user name and password',
  options: passwordOptions,
  acquire: async () => ({ access_token: 'x', token_type: 'Bearer' }),
};

export function registryWith(...more: readonly Strategy[]): Registry {
  const registry = new Registry(createContainer());
  registry.declare({ ...own, clientSecret: shared.clientSecret });
  for (const strategy of [env, file, command, password, ...more]) registry.add(strategy);
  return registry;
}

type Entry = string | Uint8Array | (Partial<FileFacts> & { content?: string | Uint8Array; target?: string });

const encode = (content: string | Uint8Array): Uint8Array => (typeof content === 'string' ? new TextEncoder().encode(content) : content);

/** Files in memory, 0600 and the caller's own unless said otherwise. */
export class MemoryFiles implements Files {
  readonly entries: Map<string, Entry>;
  constructor(entries: Record<string, Entry> = {}) {
    this.entries = new Map(Object.entries(entries));
  }

  #entry(path: string, follow: boolean): Exclude<Entry, string | Uint8Array> | undefined {
    const found = this.entries.get(path);
    if (found === undefined) return undefined;
    const entry = typeof found === 'string' || ArrayBuffer.isView(found) ? { content: found as string } : found;
    return follow && entry.target !== undefined ? this.#entry(entry.target, true) : entry;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const entry = this.#entry(path, true);
    return entry && encode(entry.content ?? '');
  }
  async write(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
    this.entries.set(path, { content, mode });
  }
  async remove(path: string): Promise<void> {
    this.entries.delete(path);
  }
  async facts(path: string, follow = false): Promise<FileFacts | undefined> {
    const entry = this.#entry(path, follow);
    if (!entry) return undefined;
    const kind = entry.target !== undefined ? 'symlink' : 'file';
    return { kind, mode: 0o600, own: true, size: encode(entry.content ?? '').length, changedAt: 0, ...entry } as FileFacts;
  }
  async touch(): Promise<boolean> {
    throw new Error('nothing here is touched');
  }
  async restrict(): Promise<void> {
    throw new Error('nothing here is restricted');
  }
  async create(path: string, content: string | Uint8Array): Promise<boolean> {
    if (this.entries.has(path)) return false;
    await this.write(path, content);
    return true;
  }
  async move(from: string, to: string): Promise<boolean> {
    const entry = this.entries.get(from);
    if (entry === undefined) return false;
    this.entries.delete(from);
    this.entries.set(to, entry);
    return true;
  }
  async list(path: string): Promise<readonly string[]> {
    return [...this.entries.keys()].filter((key) => key.startsWith(`${path}/`)).map((key) => key.slice(path.length + 1));
  }
  text(path: string): string {
    const entry = this.#entry(path, true);
    return new TextDecoder().decode(encode(entry?.content ?? ''));
  }
}

export const hostWith = (environment: Record<string, string> = {}, run: Host['run'] = async () => ''): Host => ({
  ...noHost,
  pid: 1,
  platform: 'linux',
  directories: undefined,
  env: (name) => environment[name],
  proxyFor: () => undefined,
  run,
});

export interface Call {
  readonly flags?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly files?: Record<string, Entry>;
  /** The text of config.yaml. */
  readonly config?: string;
  readonly more?: Partial<SettingsSources>;
}

export const CONFIG = '/home/robin/.config/padlock/config.yaml';
export const where = { directory: '/home/robin/.config/padlock', cwd: '/home/robin/project' };

/** Settings as a call would have them; `/home/robin/project` is the working directory and a repository. */
export async function settingsOf({ flags = {}, env = {}, files = {}, config, more }: Call): Promise<Settings & { redactor: Redactor }> {
  const memory = new MemoryFiles({ '/home/robin/project/.git': '', ...(config !== undefined && { [CONFIG]: config }), ...files });
  const read: Config | undefined = await readConfig(memory, where);
  const redactor = new Redactor();
  const sources: SettingsSources = {
    registry: registryWith(),
    redactor,
    files: memory,
    host: hostWith(env),
    cwd: where.cwd,
    home: '/home/robin',
    config: read,
    flags: new Map(Object.entries(flags)),
    readStdin: async () => encode('from stdin\n'),
    ...more,
  };
  const settings = await loadSettings(sources);
  return new Proxy(settings, { get: (target, key) => (key === 'redactor' ? redactor : bound(target, key)) }) as never;
}

function bound(target: object, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key);
  return typeof value === 'function' ? value.bind(target) : value;
}

/** The error of a call, which must be Padlock's and must not show the canary. */
export async function errorOf(work: () => unknown): Promise<PadlockError> {
  try {
    await work();
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    const shown = `${JSON.stringify(error)} ${error.message} ${error.stack} ${String((error.cause as Error | undefined)?.message ?? '')}`;
    if (shown.includes(CANARY)) throw new Error('The error shows the canary.');
    return error;
  }
  throw new Error('Nothing was thrown.');
}
