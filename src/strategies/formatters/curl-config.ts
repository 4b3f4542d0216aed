import type { Formatter } from '../../core/contracts.ts';
import { printableToken } from '../../core/printable-token.ts';

/** A line of curl's configuration, as `curl -K -` reads it. */
export const curlConfig: Formatter = {
  kind: 'formatter',
  name: 'curl-config',
  summary: 'a token as a line of curl configuration (curl -K -)',
  token: 'access',
  format(view) {
    const { type, value } = printableToken(view, 'curl-config');
    return `header = "Authorization: ${type} ${value.replace(/["\\]/g, '\\$&')}"`;
  },
};
