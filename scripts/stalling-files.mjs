/**
 * Stands in for node:fs/promises under Padlock's own file port and stops at one point of one write, for ever:
 * `globalThis.stall = { at: POINT, report }`. Everything else goes straight through.
 */
import * as fs from 'node:fs/promises';

export * from 'node:fs/promises';

/** Between the opening of an entry's temporary file and its rename; the last one is just after it. */
export const POINTS = ['opened', 'half written', 'written', 'synced', 'renaming', 'renamed'];

const TEMPORARY = /\.lock\.[\w-]+\.tmp$/;

async function point(name) {
  if (globalThis.stall?.at !== name) return;
  globalThis.stall.report(name);
  await new Promise(() => setInterval(() => {}, 1000));
}

export async function open(path, flags, ...rest) {
  const handle = await fs.open(path, flags, ...rest);
  if (flags !== 'wx' || !TEMPORARY.test(path)) return handle;
  globalThis.stalled = handle; // or it is closed when nobody comes back for it
  await point('opened');
  return {
    chmod: (mode) => handle.chmod(mode),
    close: () => handle.close(),
    async writeFile(content) {
      const bytes = Buffer.from(content);
      if (globalThis.stall?.at === 'half written') await handle.write(bytes, 0, bytes.length >> 1);
      await point('half written');
      await handle.writeFile(bytes);
      await point('written');
    },
    async sync() {
      await handle.sync();
      await point('synced');
    },
  };
}

export async function rename(from, to) {
  const isEntry = TEMPORARY.test(from);
  if (isEntry) await point('renaming');
  await fs.rename(from, to);
  if (isEntry) await point('renamed');
}
