import type { Formatter } from '../../core/contracts.ts';

/** The document as YAML, the same object for a reader of YAML 1.1 (PyYAML, Ruby, older Go) and of 1.2. */
export const yaml: Formatter = {
  kind: 'formatter',
  name: 'yaml',
  summary: 'one YAML document',
  machine: true,
  format: async ({ document }) => (await import('./yaml/text.ts')).yamlText(document),
};
