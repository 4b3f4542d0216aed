/** The Host port on Node: who runs here, where files belong, which proxy, which programs. */
import { userInfo } from 'node:os';
import { posix, win32 } from 'node:path';
import type { Directories, Host } from '../core/ports.ts';
import { type Environment, proxyFor } from './proxy.ts';

export interface HostOptions {
  readonly platform?: NodeJS.Platform;
  /** A human sits at the terminal. Default: standard input and error are terminals. */
  readonly interactive?: boolean;
  /** The account's home as the system knows it, for when the environment says nothing. */
  readonly accountHome?: () => string;
}

const NAME = 'padlock';

/** An absolute path from a variable; the XDG specification has relative ones ignored. */
function absolute(env: Environment, name: string, platform: string): string | undefined {
  const value = env[name];
  return value && (platform === 'win32' ? win32 : posix).isAbsolute(value) ? value : undefined;
}

/** HOME (USERPROFILE on Windows), else the account's home; undefined for an account without one, as in a container. */
export function homeDirectory(
  env: Environment,
  { platform = process.platform, accountHome = () => userInfo().homedir }: HostOptions = {},
): string | undefined {
  const given = absolute(env, platform === 'win32' ? 'USERPROFILE' : 'HOME', platform);
  if (given !== undefined) return given;
  try {
    const home = accountHome();
    return (platform === 'win32' ? win32 : posix).isAbsolute(home) ? home : undefined;
  } catch {
    return undefined; // a user id without an account has no home: the system says so with an error
  }
}

/** The XDG base directories on Linux and its like, the native ones on macOS and Windows. PADLOCK_CONFIG_DIR moves the configuration anywhere. */
export function directoriesOf(env: Environment, options: HostOptions = {}): Directories | undefined {
  const { platform = process.platform } = options;
  const { join } = platform === 'win32' ? win32 : posix;
  const home = homeDirectory(env, options);
  const place = (name: string, ...fallback: string[]): string | undefined =>
    absolute(env, name, platform) ?? (home === undefined ? undefined : join(home, ...fallback));
  const native = ((): Record<keyof Directories, string | undefined> => {
    if (platform === 'win32') {
      const local = place('LOCALAPPDATA', 'AppData', 'Local');
      const under = (name: string): string | undefined => local && join(local, NAME, name);
      return { config: place('APPDATA', 'AppData', 'Roaming'), cache: under('cache'), state: under('state') };
    }
    if (platform === 'darwin') {
      const library = home && join(home, 'Library');
      const support = library && join(library, 'Application Support');
      return { config: support, cache: library && join(library, 'Caches', NAME), state: support && join(support, NAME, 'state') };
    }
    const under = (base: string | undefined): string | undefined => base && join(base, NAME);
    return {
      config: place('XDG_CONFIG_HOME', '.config'),
      cache: under(place('XDG_CACHE_HOME', '.cache')),
      state: under(place('XDG_STATE_HOME', '.local', 'state')),
    };
  })();
  const config = absolute(env, 'PADLOCK_CONFIG_DIR', platform) ?? (native.config && join(native.config, NAME));
  const { cache, state } = native;
  return config === undefined || cache === undefined || state === undefined ? undefined : { config, cache, state };
}

/** The machine this process runs on, seen through `env`. */
export function nodeHost(env: Environment, options: HostOptions = {}): Host {
  const { platform = process.platform } = options;
  const isInteractive = (): boolean => options.interactive ?? (process.stderr.isTTY === true && process.stdin.isTTY === true);
  return {
    pid: process.pid,
    platform,
    directories: directoriesOf(env, options),
    env: (name) => env[name],
    proxyFor: (url) => proxyFor(env, url),
    run: async (command, signal) => (await import('./run-program.ts')).runProgram(command, { env, interactive: isInteractive(), signal }),
    identity: async () => (await import('./node-process.ts')).ownIdentity(),
    isRunning: async (other) => (await import('./node-process.ts')).isRunning(other),
  };
}
