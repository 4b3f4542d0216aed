import { styleText } from 'node:util';
import type { Formatter } from '../../core/contracts.ts';
import { visible } from '../../core/text.ts';
import type { View } from '../../core/view.ts';

const GAP = '  ';
/** A narrower terminal is treated as one of this width and wraps by itself. */
const NARROWEST = 20;
/** A column is not cut to less. */
const LEAST = 8;
/** Room a value must have beside its label; with less it stands below. */
const BESIDE = 12;
/** A value in a list is folded into so many lines and then cut. */
const LINES = 4;
/** What must not be split: a flag, or a character with its marks, its skin tone and what is joined to it. (Intl.Segmenter: 37 s for a megabyte.) */
const CHARACTER = /\p{Regional_Indicator}{2}|.[\p{M}\p{Emoji_Modifier}]*(?:\u200d.[\p{M}\p{Emoji_Modifier}]*)*/gsu;

interface Page {
  /** Infinity where nothing may be cut. */
  readonly width: number;
  /** Columns a text takes on a terminal. */
  measure(text: string): number;
  bold(text: string): string;
  faint(text: string): string;
  readonly rule: string;
}

interface Cells {
  readonly labels: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function cellsOf({ columns, rows }: View): Cells {
  return {
    labels: columns.map(({ label }) => visible(label)),
    rows: rows.map((row) => columns.map(({ key }) => visible(Object.hasOwn(row, key) ? String(row[key]) : ''))),
  };
}

/** `text` in at most `lines` pieces that fit, never split within a character; what is left over becomes an ellipsis. */
function fold(text: string, width: number, lines: number, { measure }: Page): string[] {
  if (measure(text) <= width) return [text];
  const pieces: string[] = [];
  let piece: string[] = [];
  let used = 0;
  for (const [character] of text.matchAll(CHARACTER)) {
    const more = measure(character);
    if (used + more > width) {
      if (pieces.length === lines - 1) {
        while (used >= width) used -= measure(piece.pop() ?? '');
        return [...pieces, `${piece.join('')}…`];
      }
      pieces.push(piece.join(''));
      piece = [];
      used = 0;
    }
    piece.push(character);
    used += more;
  }
  return [...pieces, piece.join('')];
}

/** Widths that fit, taken from the widest columns; undefined when that would cut headings. */
function fitted(wanted: readonly number[], least: readonly number[], width: number): readonly number[] | undefined {
  const room = width - GAP.length * (wanted.length - 1);
  if (sum(wanted) <= room) return wanted;
  if (sum(least) > room) return undefined;
  const widths = wanted.map((natural) => Math.min(natural, room));
  for (let over = sum(widths) - room; over > 0; over--) {
    let widest = -1;
    for (const [at, current] of widths.entries()) if (current > (least[at] ?? 0) && current > (widths[widest] ?? 0)) widest = at;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function grid({ labels, rows }: Cells, widths: readonly number[], page: Page): string[] {
  const line = (texts: readonly string[], paint: (text: string) => string): string =>
    texts
      .map((text, at) => {
        const [shown = ''] = fold(text, widths[at] ?? 0, 1, page);
        const padding = at === texts.length - 1 ? '' : ' '.repeat((widths[at] ?? 0) - page.measure(shown));
        return paint(shown) + padding;
      })
      .join(GAP)
      .trimEnd();
  const rule = page.faint(widths.map((width) => page.rule.repeat(width)).join(GAP));
  return [line(labels, page.bold), rule, ...rows.map((row) => line(row, (text) => text))];
}

/** Each record as lines of label and value. */
function list({ labels, rows }: Cells, page: Page): string[] {
  const column = Math.max(...labels.map(page.measure)) + GAP.length;
  const below = page.width - column < BESIDE;
  const indent = ' '.repeat(below ? GAP.length : column);
  return rows.flatMap((row, index) => {
    const lines = labels.flatMap((label, at) => {
      const pieces = fold(row[at] ?? '', page.width - indent.length, LINES, page);
      if (below) return [page.bold(fold(label, page.width, 1, page).join('')), ...pieces.map((piece) => indent + piece)];
      return pieces.map((piece, n) => (n === 0 ? page.bold(label) + ' '.repeat(column - page.measure(label)) : indent) + piece);
    });
    return [...(index > 0 ? [''] : []), ...lines.map((text) => text.trimEnd())];
  });
}

function body(view: View, page: Page): string[] {
  if (view.columns.length === 0) return [];
  if (view.rows.length === 0) return ['None.'];
  const cells = cellsOf(view);
  const natural = cells.labels.map((label, at) => Math.max(...[label, ...cells.rows.map((row) => row[at] ?? '')].map(page.measure)));
  const least = cells.labels.map((label, at) => Math.max(page.measure(label), Math.min(natural[at] ?? 0, LEAST)));
  const widths = fitted(natural, cells.rows.length === 1 ? natural : least, page.width);
  return widths === undefined ? list(cells, page) : grid(cells, widths, page);
}

/**
 * A title and columns for people. Where the text goes to a file or a pipe nothing is cut and the frame is ASCII. On a terminal too narrow, one
 * record becomes a list of labels and values, several lose the ends of their longest columns.
 */
export const table: Formatter = {
  kind: 'formatter',
  name: 'table',
  summary: 'columns for people',
  async format(view, { width, colour }) {
    const { default: measure } = await import('fast-string-width');
    const paint = (how: 'bold' | 'dim') => (text: string) =>
      colour && text !== '' ? styleText(how, text, { validateStream: false }) : text;
    const page: Page = {
      width: width === undefined ? Number.POSITIVE_INFINITY : Math.max(width, NARROWEST),
      measure: (text) => measure(text),
      bold: paint('bold'),
      faint: paint('dim'),
      rule: width === undefined ? '-' : '─',
    };
    const title = view.title === undefined ? [] : fold(visible(view.title), page.width, LINES, page).map(page.bold);
    const lines = body(view, page);
    return [...title, ...(title.length > 0 && lines.length > 0 ? [''] : []), ...lines].join('\n');
  },
};
