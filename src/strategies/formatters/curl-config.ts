import type { Formatter } from '../../core/contracts.ts';
import { printableToken } from '../../core/printable-token.ts';

/** A line of curl's configuration, as `curl -K -` reads it. */
export const curlConfig: Formatter = {
  kind: 'formatter',
  name: 'curl-config',
  summary: 'a token as a line of curl configuration (curl -K -)',
  token: 'access',
  format(view) {
    const { proof, type, value } = printableToken(view, 'curl-config', { carriesProof: true });
    const line = `header = "Authorization: ${type} ${value.replace(/["\\]/g, '\\$&')}"`;
    return proof === undefined ? line : `${line}\nheader = "DPoP: ${proof}"`;
  },
};
