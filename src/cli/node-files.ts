/** The Files port on Node: whole small files, replaced in one step, private from the first byte. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ErrorCode, fail, isPadlockError } from '../core/errors.ts';
import type { FileFacts, Files } from '../core/ports.ts';
import { excerpt } from '../core/text.ts';

/** Bytes. What Padlock keeps is a thousandth of that. */
const LARGEST = 16 * 1024 * 1024;
/** Opening a FIFO must not wait for its other end; Windows has neither. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const TEMPORARY = /^\.\d+\.[a-z0-9]+\.tmp$/;
/** Milliseconds; no writer takes that long. */
const ABANDONED = 60_000;

const CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'store_permissions',
  EPERM: 'store_permissions',
  ENOSPC: 'store_no_space',
  EDQUOT: 'store_no_space',
  ELOOP: 'store_symlink',
};

const BUSY: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | null)?.code ?? 'unknown';
const isAbsent = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

function refuse(what: string, path: string, error: unknown): never {
  if (isPadlockError(error)) throw error;
  const code = codeOf(error);
  fail(CODES[code] ?? 'store_io', `${excerpt(path)} cannot be ${what} (${code}).`);
}

function factsOf(stats: Stats): FileFacts {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'symlink' : 'other';
  const user = process.getuid?.();
  return {
    kind,
    mode: process.platform === 'win32' ? undefined : stats.mode & 0o7777,
    own: user === undefined || stats.uid === user,
    size: stats.size,
    changedAt: stats.mtimeMs,
  };
}

function checkReadable(stats: Stats, path: string): void {
  if (!stats.isFile()) fail('store_io', `${excerpt(path)} is not a regular file.`);
  if (stats.size > LARGEST) fail('store_io', `${excerpt(path)} is larger than ${LARGEST} bytes.`);
}

/** Creates what is missing of a directory, private whatever the umask; what is there stays as it is. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, 0o700);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    return makeDirectory(path);
  }
  await chmod(path, 0o700);
}

/** Makes a rename in it survive a power failure, where the file system can. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}

/** Removes temporary files of writers that were killed. What cannot be removed now is tried again by the next write. */
async function sweep(directory: string, name: string): Promise<void> {
  for (const entry of await readdir(directory).catch(() => [])) {
    if (!entry.startsWith(`${name}.`) || !TEMPORARY.test(entry.slice(name.length))) continue;
    const path = join(directory, entry);
    const stats = await lstat(path).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED) await unlink(path).catch(() => {});
  }
}

async function fill(handle: FileHandle, content: string | Uint8Array, mode: number, durable = true): Promise<void> {
  try {
    if (process.platform !== 'win32') await handle.chmod(mode);
    await handle.writeFile(content);
    if (durable) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The directory is nearly always there. */
async function openNew(path: string): Promise<FileHandle> {
  const make = (): Promise<FileHandle> => patiently(() => open(path, 'wx', 0o600));
  try {
    return await make();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeDirectory(dirname(path));
    return make();
  }
}

/** Windows refuses for a moment what another process (or a virus scanner) has open or is about to delete. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let pause = 5; ; pause *= 2)
    try {
      return await work();
    } catch (error) {
      if (process.platform !== 'win32' || pause > 500 || !BUSY.has(codeOf(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    }
}

/**
 * Small files on this machine. Errors name the path, never the content. Looking and reading do not go through the pool of threads: for a small
 * file the way there and back takes ten times as long as the work, and a command looks at thirty files before it answers.
 */
export class NodeFiles implements Files {
  async read(path: string): Promise<Uint8Array | undefined> {
    try {
      // before it is opened: opening a device can do something
      checkReadable(statSync(path), path);
      const descriptor = openSync(path, READ);
      try {
        checkReadable(fstatSync(descriptor), path);
        return readFileSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      if (isAbsent(error)) return undefined;
      return refuse('read', path, error);
    }
  }

  /** A symbolic link is not written through and not replaced: whoever made it could choose what is overwritten, or would wonder where it went. */
  async write(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
    const directory = dirname(path);
    const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
    let made = false;
    try {
      await makeDirectory(directory);
      const there = await this.facts(path);
      if (there?.kind === 'symlink') fail('store_symlink', `${excerpt(path)} is a symbolic link, which is not written to.`);
      if (there !== undefined && there.kind !== 'file') fail('store_io', `${excerpt(path)} is not a regular file.`);
      const handle = await open(temporary, 'wx', 0o600);
      made = true;
      await fill(handle, content, mode);
      await patiently(() => rename(temporary, path));
      made = false;
      await syncDirectory(directory);
      await sweep(directory, basename(path));
    } catch (error) {
      if (made) await unlink(temporary).catch(() => {}); // the failure itself is what matters
      refuse('written', path, error);
    }
  }

  async remove(path: string): Promise<void> {
    try {
      await unlink(path);
    } catch (error) {
      if (!isAbsent(error)) refuse('removed', path, error);
    }
  }

  async facts(path: string, follow = false): Promise<FileFacts | undefined> {
    try {
      return factsOf(follow ? statSync(path) : lstatSync(path));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      return refuse('examined', path, error);
    }
  }

  async create(path: string, content: string | Uint8Array, { durable = true }: { readonly durable?: boolean } = {}): Promise<boolean> {
    let made = false;
    try {
      const handle = await openNew(path);
      made = true;
      await fill(handle, content, 0o600, durable);
      return true;
    } catch (error) {
      if (made) await unlink(path).catch(() => {}); // the failure itself is what matters
      if (codeOf(error) === 'EEXIST') return false;
      return refuse('created', path, error);
    }
  }

  async touch(path: string, content: string | Uint8Array): Promise<boolean> {
    const expected = Buffer.from(content);
    try {
      // What is written goes into the file that was looked at, also when another has taken its name meanwhile.
      const handle = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
      try {
        checkReadable(await handle.stat(), path);
        if (!expected.equals(await handle.readFile())) return false;
        await handle.write(expected, 0, expected.length, 0);
        return true;
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (isAbsent(error)) return false;
      return refuse('written', path, error);
    }
  }

  async restrict(path: string): Promise<void> {
    try {
      if (process.platform !== 'win32') await chmod(path, (await lstat(path)).isDirectory() ? 0o700 : 0o600);
    } catch (error) {
      refuse('made private', path, error);
    }
  }

  async move(from: string, to: string): Promise<boolean> {
    try {
      await patiently(() => rename(from, to));
      await syncDirectory(dirname(to));
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      return refuse('moved', from, error);
    }
  }

  async list(path: string): Promise<readonly string[]> {
    try {
      return await readdir(path);
    } catch (error) {
      if (isAbsent(error)) return [];
      return refuse('listed', path, error);
    }
  }
}
