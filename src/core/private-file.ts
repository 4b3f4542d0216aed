/** Reading what only its owner may have written: no link, no device, nobody else's file. */
import { fail } from './errors.ts';
import type { FileFacts, Files } from './ports.ts';
import { excerpt } from './text.ts';

const OTHERS = 0o077;

/** The facts of a path that has to be of a kind and the caller's own. Throws `store_symlink`, `store_io`, `store_permissions`. */
export async function ownFacts(files: Files, path: string, kind: 'file' | 'directory'): Promise<FileFacts | undefined> {
  const facts = await files.facts(path);
  if (facts === undefined) return undefined;
  if (facts.kind === 'symlink') fail('store_symlink', `${excerpt(path)} is a symbolic link, which is not followed.`);
  if (facts.kind !== kind) fail('store_io', `${excerpt(path)} is not a ${kind === 'file' ? 'regular file' : 'directory'}.`);
  if (!facts.own)
    fail('store_permissions', `${excerpt(path)} belongs to another user.`, {
      hint: 'Run Padlock as that user, or as yourself with a home of your own.',
    });
  return facts;
}

/** May anybody else use it? Never where the system does not tell. */
export const isOpenToOthers = ({ mode = 0 }: FileFacts): boolean => (mode & OTHERS) !== 0;

/** The content; undefined when there is no such file, and for an empty one, which is what a crash leaves. */
export async function readOwn(files: Files, path: string): Promise<Uint8Array | undefined> {
  if ((await ownFacts(files, path, 'file')) === undefined) return undefined;
  const bytes = await files.read(path);
  return bytes?.length === 0 ? undefined : bytes;
}
