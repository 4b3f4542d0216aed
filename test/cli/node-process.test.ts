import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { isRunning, ownIdentity } from '../../src/cli/node-process.ts';

const hasProc = existsSync('/proc/self/stat');
const onLinux = hasProc ? test : test.skip;

/** Field 22 of /proc/PID/stat, the way the manual has it for a name without blanks. */
const startOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/\(.*\)/s, '')
    .split(/ +/)[20] ?? '';

describe('a process', () => {
  test('knows itself, and that it runs', async () => {
    const own = await ownIdentity();
    expect(own).toMatchObject({ host: hostname(), pid: process.pid });
    expect(await isRunning(own)).toBe(true);
  });

  onLinux('that runs, that is stopped and that was killed are told apart', async () => {
    const child = spawn('sleep', ['60']);
    const other = { ...(await ownIdentity()), pid: child.pid as number, started: startOf(child.pid as number) };
    expect(await isRunning(other)).toBe(true);
    child.kill('SIGSTOP');
    expect(await isRunning(other)).toBe(true);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(await isRunning(other)).toBe(false);
  });

  onLinux('that is dead is so before its parent asks for its end', async () => {
    // The shell’s child ends while the shell has become a program that never asks.
    const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60']);
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    while (!/ Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await isRunning({ ...(await ownIdentity()), pid, started: startOf(pid) })).toBe(false);
    shell.kill('SIGKILL');
  });

  onLinux('with the number of one that is gone is not that one', async () => {
    const own = await ownIdentity();
    expect(await isRunning({ ...own, started: '1' })).toBe(false);
  });

  test('whose start is not known may be another one', async () => {
    const shell = spawn('sleep', ['60']);
    expect(await isRunning({ ...(await ownIdentity()), pid: shell.pid as number, started: undefined })).toBeUndefined();
    shell.kill('SIGKILL');
  });

  test.each(['host', 'boot', 'namespace'] as const)('of another %s cannot be judged', async (where) => {
    expect(await isRunning({ ...(await ownIdentity()), [where]: 'another' })).toBeUndefined();
  });

  onLinux('has a name that can be anything', async () => {
    const child = spawn(process.execPath, ['-e', "process.title = 'a) Z 1 (b'; console.log(1); setInterval(() => {}, 1000)"]);
    await once(child.stdout, 'data');
    const started = execFileSync('sed', ['s/.*) //', `/proc/${child.pid}/stat`], { encoding: 'utf8' }).split(' ')[19];
    expect(await isRunning({ ...(await ownIdentity()), pid: child.pid as number, started })).toBe(true);
    child.kill('SIGKILL');
  });
});
