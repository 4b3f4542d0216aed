/** What a row did to its home before the run: it provokes as much as the words on the command line do. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Path in the home → what is there. */
export type HomeState = ReadonlyMap<string, { readonly facts: string; readonly bytes: Buffer }>;

const NOTHING = Buffer.alloc(0);

export function homeState(home: string): HomeState {
  const paths = readdirSync(home, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath ?? entry.path, entry.name),
  );
  return new Map(
    paths.map((path) => {
      const stats = lstatSync(path);
      const target = stats.isSymbolicLink() ? readlinkSync(path) : '';
      const facts = [stats.mode.toString(8), stats.uid, target].join(' ');
      return [relative(home, path), { facts, bytes: stats.isFile() ? readFileSync(path) : NOTHING }];
    }),
  );
}

/** Names that differ each time. */
const plain = (text: string): string => text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID').replace(/[\w-]{43}/g, 'ENTRY');

/** What became of a file: its first bytes that are others, and from where on it has more or less. */
function change(before: Buffer, after: Buffer): string {
  const length = Math.min(before.length, after.length);
  const places = [...before.subarray(0, length).keys()].filter((at) => before[at] !== after[at]).slice(0, 8);
  const bytes = places.map((at) => `${at}:${(before[at] ?? 0) ^ (after[at] ?? 0)}`);
  return [...bytes, after.length - before.length, after.subarray(length).toString('base64').slice(0, 1000)].join(' ');
}

/** Undefined where nothing was done. */
export function changes(before: HomeState, after: HomeState): readonly string[] | undefined {
  const lines = [...after].flatMap(([path, { bytes, facts }]) => {
    const old = before.get(path);
    if (old?.facts === facts && old.bytes.equals(bytes)) return [];
    return [`${plain(path)} ${plain(facts)} ${change(old?.bytes ?? NOTHING, bytes)}`];
  });
  for (const path of before.keys()) if (!after.has(path)) lines.push(`${plain(path)} is gone`);
  return lines.length > 0 ? lines.sort().slice(0, 50) : undefined;
}
