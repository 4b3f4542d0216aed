/** What is to be shown, before anyone decides how. */
import type { JsonObject } from './json-value.ts';

export interface Column {
  /** Key into a row. */
  readonly key: string;
  /** Heading; may be empty where the values speak for themselves. */
  readonly label: string;
  /** What it is called where there is no heading above it: beside the value. Default: the heading. */
  readonly name?: string;
}

export type Row = Readonly<Record<string, string>>;

/** A neutral answer: every formatter renders every View. Texts are as they came; formatters make them safe. */
export interface View {
  readonly title?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** The same answer for programs; it has a `schema` member and its shape is API. */
  readonly document: JsonObject;
  /** The one value a script wants, where there is one: the token of `padlock token`. */
  readonly bare?: string;
}

/** A list or a report. Its document holds the rows under `name`, or `records` where programs should get more than the columns. */
export function listView(
  title: string | undefined,
  columns: readonly Column[],
  rows: readonly Row[],
  name: string,
  records: readonly JsonObject[] = rows,
): View {
  return {
    ...(title !== undefined && { title }),
    columns,
    rows,
    document: { schema: `padlock/${name}/1`, [name.replaceAll('-', '_')]: records },
  };
}
