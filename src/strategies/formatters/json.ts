import type { Formatter } from '../../core/contracts.ts';
import { visibleJson } from '../../core/text.ts';

/** The document as JSON (RFC 8259), indented. What a terminal would obey or hide is escaped. */
export const json: Formatter = {
  kind: 'formatter',
  name: 'json',
  summary: 'one JSON document',
  machine: true,
  format: ({ document }) => visibleJson(JSON.stringify(document, null, 2)),
};
