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

/** /proc/PID/stat from field 3 on. The name in field 2 may hold anything, so it counts from its end. */
async function statOf(pid: number): Promise<{ readonly state: string | undefined; readonly started: string | undefined }> {
  const stat = await textOf(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return { state: fields[0], started: fields[19] }; // field 22: ticks since the machine started
}

/** Which start of the machine, and which set of pids; undefined outside Linux. */
const bootOf = (): Promise<string | undefined> => textOf('/proc/sys/kernel/random/boot_id');
const namespaceOf = (): Promise<string | undefined> => readlink('/proc/self/ns/pid').catch(() => undefined);

let own: Promise<ProcessIdentity> | undefined;

/** This process. */
export const ownIdentity = (): Promise<ProcessIdentity> =>
  (own ??= Promise.all([bootOf(), namespaceOf(), statOf(process.pid)]).then(([boot, namespace, { started }]) => ({
    host: hostname(),
    boot,
    namespace,
    pid: process.pid,
    started,
  })));

/** Dead, and its parent has not asked for its end yet; in a container without an init nobody ever does. */
const GONE: ReadonlySet<string | undefined> = new Set(['Z', 'X']);

/**
 * Whether that process still runs; undefined when it is not one of this machine's, this boot's and this container's, or when
 * there is a process with its number and nothing tells whether it is the same one.
 */
export async function isRunning({ host, boot, namespace, pid, started }: ProcessIdentity): Promise<boolean | undefined> {
  const here = await ownIdentity();
  if (host !== here.host || boot !== here.boot || namespace !== here.namespace) return undefined;
  const now = await statOf(pid);
  if (!isThere(pid) || GONE.has(now.state)) return false;
  if (pid === here.pid && started === here.started) return true;
  return started === undefined || now.started === undefined ? undefined : now.started === started;
}

/** Is there a process of this number, anybody's? */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
