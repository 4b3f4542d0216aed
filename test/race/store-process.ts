/** A process that works with the file store as it is told; bundled and started by processes.ts. */
import { appendFileSync } from 'node:fs';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { nodeHost } from '../../src/cli/node-host.ts';
import { isPadlockError } from '../../src/core/errors.ts';
import { openFileStore } from '../../src/core/file-store.ts';
import { realClock, silentLog } from '../../src/core/headless.ts';
import type { Lease, SessionStore } from '../../src/core/store.ts';

let store: SessionStore;
let lease: Lease | undefined;

const textIn = async (name: string): Promise<{ readonly tag: string | null; readonly text: string }> => {
  const found = await store.read(name);
  return { tag: found?.tag ?? null, text: new TextDecoder().decode(found?.data) };
};
const write = (name: string, expected: string | null | undefined, text: string): Promise<boolean> =>
  store.replace(name, expected, { tag: crypto.randomUUID(), data: new TextEncoder().encode(text) });

/** What the process can be asked to do. */
const calls = {
  open: async (home: string): Promise<string> => {
    const host = {
      files: new NodeFiles(),
      host: nodeHost({ HOME: home }),
      clock: realClock,
      log: silentLog,
      fail: (): never => process.exit(1),
    };
    store = await openFileStore(host);
    return Buffer.from(store.key).toString('hex');
  },
  read: async (name: string): Promise<string> => (await textIn(name)).text,
  write: (name: string, size: number): Promise<boolean> => write(name, undefined, 'x'.repeat(size)),
  remove: (name: string): Promise<boolean> => store.replace(name, undefined, null),
  probe: (size: number): Promise<void> => store.probe(size),
  /** Writes a file until nothing more fits. */
  fill: async (path: string): Promise<void> => {
    try {
      for (;;) appendFileSync(path, Buffer.alloc(1024, 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  },
  notices: async (): Promise<readonly string[]> => store.notices.map(({ code }) => code),
  /** Adds one, `times` times, each over what it read. */
  count: async (name: string, times: number): Promise<void> => {
    for (let done = 0; done < times; ) {
      const { tag, text } = await textIn(name);
      if (await write(name, tag, String(Number(text) + 1))) done++;
    }
  },
  lease: async (name: string, milliseconds: number): Promise<boolean> => {
    lease = await store.lease(name, milliseconds);
    return lease !== undefined;
  },
  renew: async (): Promise<boolean | undefined> => lease?.renew(),
  release: async (): Promise<void> => lease?.release(),
};
export type Calls = typeof calls;

process.on('disconnect', () => process.exit());
process.on('message', ({ call, args }: { call: keyof Calls; args: never[] }) => {
  (calls[call] as (...given: never[]) => Promise<unknown>)(...args).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ code: isPadlockError(error) ? error.code : String(error) }),
  );
});
process.send?.({ value: 'ready' });
