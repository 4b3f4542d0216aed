/** A: argv and configuration. */
import type { Row } from '../row.ts';

const SECRET = 'hunter2-SECRET-positional';

export const A: readonly Row[] = [
  {
    id: 'A1',
    what: 'no arguments',
    run: { args: [], plain: true },
    exit: 2,
    code: 'usage_missing_command',
  },
  { id: 'A2', what: 'an unknown option', run: { args: ['auth', '--nosuch'] }, exit: 2, code: 'usage_unknown_option' },
  {
    id: 'A3',
    what: 'an unknown positional that is a secret',
    run: { args: ['auth', SECRET] },
    exit: 2,
    code: 'usage_unexpected_argument',
    secrets: [SECRET],
  },
];
