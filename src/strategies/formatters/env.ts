import type { Formatter } from '../../core/contracts.ts';
import { printableToken } from '../../core/printable-token.ts';

/** An assignment for a POSIX shell: `eval "$(padlock token -o env)"`. */
export const env: Formatter = {
  kind: 'formatter',
  name: 'env',
  summary: 'a token as a variable for eval in a shell',
  token: 'access',
  format(view) {
    const { value, variable } = printableToken(view, 'env');
    return `export ${variable}='${value.replaceAll("'", "'\\''")}'`;
  },
};
