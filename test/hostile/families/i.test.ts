import { family } from '../family.ts';
import { I } from './i.ts';

/**
 * Not decided yet, and so not held: whether a signal ends a refresh that is under way, whose answer would be lost (I10 to I12), and what a
 * closed or a full stream costs (Node opens a closed one anew). The family is in LATER for them.
 */
const OPEN: ReadonlySet<string> = new Set(['I10', 'I11', 'I12a', 'I12b', 'I14d', 'I15d']);

family(
  'I',
  I.filter(({ id }) => !OPEN.has(id)),
);
