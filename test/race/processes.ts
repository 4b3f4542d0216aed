/** Processes of their own that share one file store: started, asked, stopped and killed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from '@jest/globals';
import type { Calls } from './store-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'padlock-store-'));
const bundle = join(folder, 'store-process.mjs');
const options = ['--bundle', '--platform=node', '--format=esm', '--log-level=error', `--outfile=${bundle}`];
execFileSync('node_modules/.bin/esbuild', ['test/race/store-process.ts', ...options]);
execFileSync('chmod', ['755', folder]); // some tests run as somebody else
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

/** Can this program be run here? */
export function can(program: string, ...parameters: readonly string[]): boolean {
  try {
    execFileSync(program, parameters, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface StoreProcess {
  readonly child: ChildProcess;
  /** Throws `{ code }` when the call failed. */
  ask<K extends keyof Calls>(call: K, ...args: Parameters<Calls[K]>): Promise<Awaited<ReturnType<Calls[K]>>>;
  kill(): Promise<void>;
}

const running: StoreProcess[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.kill();
});

/** `under`: a command that runs the process, as `['unshare', '-rpf']`. */
export async function startProcess(under: readonly string[] = []): Promise<StoreProcess> {
  const [program, ...parameters] = [...under, process.execPath, bundle];
  const child = spawn(program ?? process.execPath, parameters, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const answer = async (): Promise<never> => {
    const [given] = (await once(child, 'message')) as [{ value?: never; code?: string }];
    if (given.code !== undefined) throw given;
    return given.value as never;
  };
  const started: StoreProcess = {
    child,
    ask: (call, ...args) => {
      const given = answer();
      child.send({ call, args });
      return given;
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
  running.push(started);
  await answer();
  return started;
}

/** Processes with the store of one home open. */
export function startProcesses(count: number, home: string): Promise<readonly StoreProcess[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const started = await startProcess();
      await started.ask('open', home);
      return started;
    }),
  );
}
