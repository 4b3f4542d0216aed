/** Text for people, in the width of their terminal. */
import { visible } from '../core/text.ts';
import type { View } from '../core/view.ts';

/** Where the output is no terminal. */
const USUAL = 80;
/** Longer lines are hard to read, however wide the window. */
const WIDEST = 100;
const NARROWEST = 20;
/** Between the columns of a table. */
const GAP = 2;
/** Narrower, and what belongs together stands below each other. */
export const SIDE_BY_SIDE = 60;
/** Columns that the right side must have, or it goes below the left. */
const BESIDE = 30;

export const widthOf = (columns: number | undefined): number => Math.min(Math.max(columns ?? USUAL, NARROWEST), WIDEST);

/** The lines of a paragraph, broken at blanks; a word that is too long stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of visible(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A line for people: on a terminal broken at blanks, which itself breaks in the middle of words; elsewhere left whole. */
export const folded = (line: string, columns: number | undefined): string =>
  columns === undefined || line.length <= columns ? line : wrap(line, Math.max(columns, NARROWEST)).join('\n');

const indented = (lines: readonly string[], by: number): string[] => lines.map((line) => (' '.repeat(by) + line).trimEnd());

export type Pair = readonly [term: string, meaning: string];

/** Terms and what they mean: side by side, or each meaning below its term where that leaves too little room. */
export function definitions(pairs: readonly Pair[], width: number): string {
  const left = Math.max(...pairs.map(([term]) => visible(term).length)) + 4;
  const longest = Math.max(...pairs.flatMap(([, meaning]) => meaning.split(' ').map((word) => word.length)));
  const beside = width - left >= Math.max(BESIDE, longest);
  const lines = pairs.flatMap(([term, meaning]) => {
    if (!beside) return [...indented(wrap(term, width - 2), 2), ...indented(wrap(meaning, width - 6), 6)];
    const [first = '', ...more] = wrap(meaning, width - left);
    return [`  ${visible(term).padEnd(left - 2)}${first}`.trimEnd(), ...indented(more, left)];
  });
  return lines.join('\n');
}

/** What stands for a table that is too wide for the terminal: its title and definitions. Undefined where the table fits. */
export function instead({ columns, rows, title }: View, pairs: readonly Pair[], terminal: number | undefined): string | undefined {
  const widths = columns.map(({ key, label }) => Math.max(label.length, ...rows.map((row) => visible(row[key] ?? '').length)));
  const width = widths.reduce((sum, one) => sum + one + GAP, -GAP);
  return terminal === undefined || width <= terminal ? undefined : `${title}\n\n${definitions(pairs, widthOf(terminal))}\n`;
}

/** Paragraphs are wrapped; a line that starts with a blank is an example and stays as it is. */
export const prose = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => (line.startsWith(' ') ? [line] : wrap(line, width)))
    .join('\n');
