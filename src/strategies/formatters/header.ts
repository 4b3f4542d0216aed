import type { Formatter } from '../../core/contracts.ts';
import { printableToken } from '../../core/printable-token.ts';

/** A header line, as `curl -H @-` reads it: the token is in nobody's process list. */
export const header: Formatter = {
  kind: 'formatter',
  name: 'header',
  summary: 'a token as an Authorization header (curl -H @-)',
  token: 'access',
  format(view) {
    const { proof, type, value } = printableToken(view, 'header', { carriesProof: true });
    return [`Authorization: ${type} ${value}`, ...(proof === undefined ? [] : [`DPoP: ${proof}`])].join('\n');
  },
};
