/** A secret in a file, such as one that an orchestrator mounts. */
import type { Source } from '../../core/contracts.ts';

export const file: Source = {
  kind: 'source',
  name: 'file',
  summary: 'the content of a file, relative to the configuration file',
  argument: 'path',
  async read(argument, host) {
    if (typeof argument !== 'string' || argument === '' || argument.includes('\0'))
      return host.fail('config_schema', { message: 'must name a file.' });
    return host.read(argument);
  },
};
