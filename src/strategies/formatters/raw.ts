import type { Formatter } from '../../core/contracts.ts';
import { fail } from '../../core/errors.ts';
import { isVisible } from '../../core/text.ts';

/** The one value a script wants and nothing else: `$(padlock token)`. Printed as it is or not at all. */
export const raw: Formatter = {
  kind: 'formatter',
  name: 'raw',
  summary: 'the bare value, where there is one',
  format({ bare }) {
    if (bare === undefined)
      fail('usage_bad_value', 'There is no single value to print with --format raw.', { hint: 'Use --format table, json or yaml.' });
    if (!isVisible(bare))
      fail('proto_bad_shape', 'The value holds characters a terminal would hide or obey.', {
        hint: 'Use --format json, which escapes them.',
      });
    return bare;
  },
};
