import type { Formatter } from '../../core/contracts.ts';

/**
 * A title and columns for people. Where the text goes to a file or a pipe nothing is cut and the frame is ASCII. On a terminal too narrow, one
 * record becomes a list of labels and values, several lose the ends of their longest columns.
 */
export const table: Formatter = {
  kind: 'formatter',
  name: 'table',
  summary: 'columns for people',
  format: async (view, style) => (await import('./table/text.ts')).tableText(view, style),
};
