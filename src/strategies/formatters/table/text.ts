/** A View as a table: how wide each column is, what is cut, and when it becomes a list. */
import { styleText } from 'node:util';
import type { Style } from '../../../core/contracts.ts';
import { visible } from '../../../core/text.ts';
import type { View } from '../../../core/view.ts';

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

interface Field {
  /** Above a column. */
  readonly label: string;
  /** Beside a value. */
  readonly name: string;
  /** Columns on the terminal. */
  width: number;
  /** Its heading is never cut, and short values are not. */
  least: number;
}

/** A record: what it says in each field. */
type Cells = readonly (readonly [Field, string])[];

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
        while (used >= width) used -= measure(piece.pop() as string);
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

/** Narrows the widest fields until all fit beside each other; false when that would cut headings. */
function narrow(fields: readonly Field[], width: number): boolean {
  const room = width - GAP.length * (fields.length - 1);
  const over = (): number => fields.reduce((total, field) => total + field.width, -room);
  if (over() <= 0) return true;
  if (fields.reduce((total, { least }) => total + least, 0) > room) return false;
  for (const field of fields) field.width = Math.min(field.width, room);
  for (let more = over(); more > 0; more--)
    fields.filter((field) => field.width > field.least).reduce((a, b) => (b.width > a.width ? b : a)).width--;
  return true;
}

function grid(fields: readonly Field[], rows: readonly Cells[], page: Page): string[] {
  const line = (cells: Cells, paint: (text: string) => string): string =>
    cells
      .map(([{ width }, text]) => {
        const shown = fold(text, width, 1, page).join('');
        return paint(shown) + ' '.repeat(width - page.measure(shown));
      })
      .join(GAP)
      .trimEnd();
  const headings = fields.map((field) => [field, field.label] as const);
  const rule = fields.map(({ width }) => page.rule.repeat(width)).join(GAP);
  return [line(headings, page.bold), page.faint(rule), ...rows.map((cells) => line(cells, (text) => text))];
}

/** Each record as lines of label and value. */
function list(fields: readonly Field[], rows: readonly Cells[], page: Page): string[] {
  const column = Math.max(...fields.map(({ name }) => page.measure(name))) + GAP.length;
  const below = page.width - column < BESIDE;
  const indent = ' '.repeat(below ? GAP.length : column);
  return rows.flatMap((cells, index) => {
    const lines = cells.flatMap(([{ name }, text]) => {
      const pieces = fold(text, page.width - indent.length, LINES, page);
      if (below) return [page.bold(fold(name, page.width, 1, page).join('')), ...pieces.map((piece) => indent + piece)];
      return pieces.map((piece, n) => (n === 0 ? page.bold(name) + ' '.repeat(column - page.measure(name)) : indent) + piece);
    });
    return [...(index > 0 ? [''] : []), ...lines.map((text) => text.trimEnd())];
  });
}

function body({ columns, rows }: View, page: Page): string[] {
  if (columns.length === 0) return [];
  if (rows.length === 0) return ['None.'];
  const fields = columns.map(({ label, name = label }): Field => ({ label: visible(label), name: visible(name), width: 0, least: 0 }));
  const records = rows.map((row) => columns.map(({ key }) => visible(Object.hasOwn(row, key) ? String(row[key]) : '')));
  const cells = records.map((texts) => fields.map((field, at) => [field, texts[at] as string] as const));
  for (const [field, text] of cells.flat()) field.width = Math.max(field.width, page.measure(field.label), page.measure(text));
  for (const field of fields)
    field.least = rows.length === 1 ? field.width : Math.max(page.measure(field.label), Math.min(field.width, LEAST));
  return (narrow(fields, page.width) ? grid : list)(fields, cells, page);
}

export async function tableText(view: View, { width, colour }: Style): Promise<string> {
  const { default: measure } = await import('fast-string-width');
  const paint = (how: 'bold' | 'dim') => (text: string) => (colour && text !== '' ? styleText(how, text, { validateStream: false }) : text);
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
}
