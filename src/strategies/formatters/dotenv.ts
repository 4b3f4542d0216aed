import type { Formatter } from '../../core/contracts.ts';
import { fail } from '../../core/errors.ts';
import { printableToken } from '../../core/printable-token.ts';

/** Needs no quotes for any reader; Docker takes quotes as part of the value. It is what RFC 6750 lets a token be. */
const PLAIN = /^[\w.~+/=-]+$/;

/** A line of an .env file. Its readers agree on plain words and on single quotes, and on no way to escape one. */
export const dotenv: Formatter = {
  kind: 'formatter',
  name: 'dotenv',
  summary: 'a token as a line of an .env file',
  token: 'access',
  format(view) {
    const { value, variable } = printableToken(view, 'dotenv');
    if (PLAIN.test(value)) return `${variable}=${value}`;
    if (value.includes("'"))
      fail('proto_bad_shape', "The token holds a quote, which an .env file's readers do not agree on.", { hint: 'Use --format env.' });
    return `${variable}='${value}'`;
  },
};
