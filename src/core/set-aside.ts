/** What cannot be understood is kept under another name: it may be somebody's, and is evidence. */
import type { Files, Notice } from './ports.ts';
import { excerpt } from './text.ts';

/** Damaged files that are kept in one directory. */
const KEPT = 5;
const NAME = /^(.+)\.corrupt-(\d+)$/;

/** Moves a file aside; `now` in milliseconds tells it from others. The notice tells the user. */
export async function setAside(files: Files, path: string, now: number): Promise<Notice> {
  const aside = `${path}.corrupt-${now}`;
  await files.move(path, aside);
  return { code: 'store_corrupt', message: `A damaged file of the stored sessions was set aside as ${excerpt(aside, 300)}.` };
}

/** Of the names in a directory, those that are the damaged copies of `name`. */
export const asideOf = (names: readonly string[], name: string): readonly string[] => names.filter((each) => NAME.exec(each)?.[1] === name);

/** What a damaged copy was called before; any other name as it is. */
export const originalName = (name: string): string => NAME.exec(name)?.[1] ?? name;

/** Of the names in a directory, the damaged copies that need not be kept any longer. */
export function outdatedAside(names: readonly string[]): readonly string[] {
  const age = (name: string): number => Number(NAME.exec(name)?.[2]);
  return names
    .filter((name) => NAME.test(name))
    .sort((a, b) => age(b) - age(a))
    .slice(KEPT);
}
