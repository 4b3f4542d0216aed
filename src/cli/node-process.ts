/** Processes of this machine, told apart: a pid alone is used again, and means another process in another container. */
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../core/ports.ts';

/** Undefined where the system has no such file. */
const textOf = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );

/** Field 22 of /proc/PID/stat: ticks since the machine started. The name in field 2 may hold anything, so it counts from its end. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await textOf(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Which start of the machine, and which set of pids; undefined outside Linux. */
const bootOf = (): Promise<string | undefined> => textOf('/proc/sys/kernel/random/boot_id');
const namespaceOf = (): Promise<string | undefined> => readlink('/proc/self/ns/pid').catch(() => undefined);

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const [boot, namespace, started] = await Promise.all([bootOf(), namespaceOf(), startOf(process.pid)]);
  return { host: hostname(), boot, namespace, pid: process.pid, started };
}

/** Whether that process still runs; undefined when it is not one of this machine's, this boot's and this container's. */
export async function isRunning({ host, boot, namespace, pid, started }: ProcessIdentity): Promise<boolean | undefined> {
  const own = await ownIdentity();
  if (host !== own.host || boot !== own.boot || namespace !== own.namespace) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? sameStart(pid, started) : false;
  }
  return sameStart(pid, started);
}

/** A pid that was used again belongs to a process that started at another time. */
async function sameStart(pid: number, started: string | undefined): Promise<boolean> {
  const now = await startOf(pid);
  return started === undefined || now === undefined || now === started;
}
