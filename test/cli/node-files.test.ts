import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { NodeFiles } from '../../src/cli/node-files.ts';

const files = new NodeFiles();
const modeOf = (path: string): number => statSync(path).mode & 0o7777;

const can = (program: string, ...parameters: string[]): boolean => {
  try {
    execFileSync(program, parameters, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-files-'));
  file = join(folder, 'file');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('reading', () => {
  test('gives the bytes, an empty file included', async () => {
    writeFileSync(file, Buffer.from([0, 255, 10]));
    expect([...((await files.read(file)) ?? [])]).toEqual([0, 255, 10]);
    writeFileSync(file, '');
    expect(await files.read(file)).toHaveLength(0);
  });

  test('gives undefined when nothing is there', async () => {
    expect(await files.read(file)).toBeUndefined();
    writeFileSync(file, '');
    expect(await files.read(join(file, 'below'))).toBeUndefined();
  });

  test('follows a link, as people who keep their dotfiles elsewhere expect', async () => {
    writeFileSync(file, 'x');
    symlinkSync(file, join(folder, 'link'));
    expect(new TextDecoder().decode(await files.read(join(folder, 'link')))).toBe('x');
  });

  test.each([
    ['a directory', (path: string) => mkdirSync(path)],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['a link to a device', (path: string) => symlinkSync('/dev/zero', path)],
  ])('refuses %s without waiting', async (_name, make) => {
    make(file);
    await expect(files.read(file)).rejects.toMatchObject({ code: 'store_io' });
  });

  test('refuses a file of 16 MiB and a byte', async () => {
    writeFileSync(file, '');
    truncateSync(file, 16 * 1024 * 1024 + 1);
    await expect(files.read(file)).rejects.toMatchObject({ code: 'store_io' });
  });

  test('refuses a link that leads to itself', async () => {
    symlinkSync(file, file);
    await expect(files.read(file)).rejects.toMatchObject({ code: 'store_symlink' });
  });
});

describe('writing', () => {
  /** The port for processes of their own. */
  const bundle = join(mkdtempSync(join(tmpdir(), 'padlock-files-')), 'files.mjs');
  beforeAll(() => {
    const options = ['--bundle', '--platform=node', '--format=esm', '--log-level=error', `--outfile=${bundle}`];
    chmodSync(dirname(bundle), 0o755); // one test runs as somebody else
    execFileSync('node_modules/.bin/esbuild', ['src/cli/node-files.ts', ...options]);
  });
  afterAll(() => rmSync(dirname(bundle), { recursive: true }));

  test('makes a private file in private directories', async () => {
    const deep = join(folder, 'a', 'b', 'file');
    await files.write(deep, 'text');
    expect(readFileSync(deep, 'utf8')).toBe('text');
    expect([modeOf(deep), modeOf(join(folder, 'a', 'b')), modeOf(join(folder, 'a'))]).toEqual([0o600, 0o700, 0o700]);
  });

  test('replaces content and mode, and leaves nothing else behind', async () => {
    writeFileSync(file, 'a much longer text', { mode: 0o644 });
    await files.write(file, Uint8Array.from([1, 2]));
    expect([...readFileSync(file)]).toEqual([1, 2]);
    expect(modeOf(file)).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['file']);
    await files.write(file, 'x', 0o644);
    expect(modeOf(file)).toBe(0o644);
  });

  test('leaves the modes of directories that are there', async () => {
    chmodSync(folder, 0o755);
    await files.write(file, 'x');
    expect(modeOf(folder)).toBe(0o755);
  });

  test.each([0o000, 0o777])('is private under the umask %s', async (mask) => {
    const before = process.umask();
    const script = `process.umask(${mask}); const { NodeFiles } = await import(process.argv[1]); await new NodeFiles().write(process.argv[2], 'x');`;
    execFileSync(process.execPath, ['--input-type=module', '-e', script, bundle, join(folder, 'new', 'newer', 'file')]);
    expect([modeOf(join(folder, 'new')), modeOf(join(folder, 'new', 'newer')), modeOf(join(folder, 'new', 'newer', 'file'))]).toEqual([
      0o700, 0o700, 0o600,
    ]);
    expect(process.umask()).toBe(before);
  });

  test('does not write through a link, or replace it', async () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'precious');
    symlinkSync(target, file);
    await expect(files.write(file, 'x')).rejects.toMatchObject({ code: 'store_symlink', exit: 9 });
    expect(readFileSync(target, 'utf8')).toBe('precious');
    expect(readdirSync(folder).sort()).toEqual(['file', 'target']);
  });

  test.each([
    ['a directory', (path: string) => mkdirSync(path)],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
  ])('refuses %s', async (_name, make) => {
    make(file);
    await expect(files.write(file, 'x')).rejects.toMatchObject({ code: 'store_io', exit: 9 });
  });

  test('refuses a directory that is a file', async () => {
    writeFileSync(file, '');
    await expect(files.write(join(file, 'below'), 'x')).rejects.toMatchObject({ code: 'store_io' });
  });

  test('is never seen half done, and a kill leaves the old or the new', async () => {
    const script = `const { NodeFiles } = await import(process.argv[1]); const f = new NodeFiles();
      await f.write(process.argv[2], 'a'.repeat(100000)); process.send('go');
      for (;;) { await f.write(process.argv[2], 'b'.repeat(100000)); await f.write(process.argv[2], 'a'.repeat(100000)); }`;
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, bundle, file], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      try {
        await once(child, 'message');
        for (let i = 0; i < 50; i++) expect(readFileSync(file, 'utf8')).toMatch(/^(a{100000}|b{100000})$/);
      } finally {
        child.kill('SIGKILL');
      }
      await once(child, 'exit');
      expect(readFileSync(file, 'utf8')).toMatch(/^(a{100000}|b{100000})$/);
    }
  });

  test('collects what a killed one left, and not what another is about', async () => {
    const old = new Date(Date.now() - 120_000);
    for (const name of ['file.1.abc.tmp', 'file.2.def.tmp', 'other.1.abc.tmp', 'file.txt']) writeFileSync(join(folder, name), '');
    for (const name of ['file.1.abc.tmp', 'other.1.abc.tmp', 'file.txt']) utimesSync(join(folder, name), old, old);
    await files.write(file, 'x');
    expect(readdirSync(folder).sort()).toEqual(['file', 'file.2.def.tmp', 'file.txt', 'other.1.abc.tmp']);
  });

  /** Runs one write in a process of its own, under a shell command that limits it; prints the error's code. */
  function limited(prefix: string, target: string, size: number): string {
    const script =
      'const { NodeFiles } = await import(process.argv[1]); new NodeFiles().write(process.argv[2], "x".repeat(+process.argv[3])).then(() => console.log("ok"), (e) => console.log(e.code));';
    return execFileSync(
      'sh',
      ['-c', `${prefix} "$@"`, 'sh', process.execPath, '--input-type=module', '-e', script, bundle, target, String(size)],
      { encoding: 'utf8' },
    ).trim();
  }

  test('that is cut off by a file size limit leaves the old file and no other', () => {
    writeFileSync(file, 'old');
    expect(limited('ulimit -f 8;', file, 1_000_000)).toBe('store_io');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['file']);
  });

  const mayMount = can('unshare', '-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt');
  (mayMount ? test : test.skip)('that finds the disk full is store_no_space and leaves the old file', () => {
    const [mount, full] = [join(folder, 'mount'), join(folder, 'mount', 'file')];
    mkdirSync(mount);
    const inside = `mount -t tmpfs -o size=64k tmpfs ${mount} && printf old >${full} && "$@" && cat ${full} && ls ${mount} | wc -l`;
    expect(limited(`exec unshare -m sh -c '${inside}' sh`, full, 1_000_000)).toBe('store_no_space\nold1');
  });

  const mayDrop = can('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'true');
  (mayDrop ? test : test.skip)('where one may not is store_permissions', () => {
    chmodSync(folder, 0o755);
    expect(limited('exec setpriv --reuid=65534 --regid=65534 --clear-groups', file, 1)).toBe('store_permissions');
    expect(existsSync(file)).toBe(false);
  });
});

describe('creating', () => {
  test('makes a private file once', async () => {
    const path = join(folder, 'new', 'file');
    expect(await files.create(path, 'one')).toBe(true);
    expect(await files.create(path, 'two', { durable: false })).toBe(false);
    expect([readFileSync(path, 'utf8'), modeOf(path), modeOf(dirname(path))]).toEqual(['one', 0o600, 0o700]);
  });

  test('does not follow a link, and is refused where it cannot be', async () => {
    symlinkSync(join(folder, 'target'), file);
    expect(await files.create(file, 'x')).toBe(false);
    expect(existsSync(join(folder, 'target'))).toBe(false);
    writeFileSync(join(folder, 'plain'), '');
    await expect(files.create(join(folder, 'plain', 'below'), 'x')).rejects.toMatchObject({ code: 'store_io' });
  });
});

describe('touching', () => {
  const old = new Date(Date.now() - 60_000);

  test('makes a file changed now, if it holds what is expected', async () => {
    writeFileSync(file, 'mine');
    utimesSync(file, old, old);
    expect(await files.touch(file, 'theirs')).toBe(false);
    expect(await files.touch(file, 'min')).toBe(false);
    expect(statSync(file).mtimeMs).toBeLessThan(old.getTime() + 1);
    expect(await files.touch(file, 'mine')).toBe(true);
    expect(statSync(file).mtimeMs).toBeGreaterThan(old.getTime() + 50_000);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('finds nothing, a link and a directory out', async () => {
    expect(await files.touch(file, 'mine')).toBe(false);
    writeFileSync(file, 'mine');
    symlinkSync(file, join(folder, 'link'));
    await expect(files.touch(join(folder, 'link'), 'mine')).rejects.toMatchObject({ code: 'store_symlink' });
    await expect(files.touch(folder, 'mine')).rejects.toMatchObject({ code: 'store_io' });
  });
});

test('restricting takes files and directories away from everybody else', async () => {
  writeFileSync(file, '');
  for (const path of [file, folder]) chmodSync(path, 0o777);
  for (const path of [file, folder]) await files.restrict(path);
  expect([modeOf(file), modeOf(folder)]).toEqual([0o600, 0o700]);
  await expect(files.restrict(join(folder, 'nothing'))).rejects.toMatchObject({ exit: 9 });
});

describe('removing', () => {
  test('removes a file, a link and nothing', async () => {
    writeFileSync(file, '');
    symlinkSync(file, join(folder, 'link'));
    await files.remove(join(folder, 'link'));
    expect(existsSync(file)).toBe(true);
    await files.remove(file);
    await files.remove(file);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('refuses a directory', async () => {
    await expect(files.remove(folder)).rejects.toMatchObject({ exit: 9 });
  });
});

describe('facts', () => {
  test('tell kind, mode, owner and size without following a link', async () => {
    writeFileSync(file, 'four');
    chmodSync(file, 0o640);
    symlinkSync(file, join(folder, 'link'));
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    expect(await files.facts(file)).toEqual({ kind: 'file', mode: 0o640, own: true, size: 4, changedAt: expect.any(Number) });
    expect(await files.facts(folder)).toMatchObject({ kind: 'directory', mode: 0o700 });
    expect(await files.facts(join(folder, 'link'))).toMatchObject({ kind: 'symlink' });
    expect(await files.facts(join(folder, 'link'), true)).toMatchObject({ kind: 'file', size: 4 });
    expect(await files.facts(join(folder, 'fifo'))).toMatchObject({ kind: 'other' });
    expect(await files.facts(join(folder, 'nothing'))).toBeUndefined();
  });
});

test('a path in a message cannot move a cursor', async () => {
  mkdirSync(join(folder, '\u001b[2J'));
  await expect(files.read(join(folder, '\u001b[2J'))).rejects.toMatchObject({ message: expect.not.stringContaining('\u001b') });
});
