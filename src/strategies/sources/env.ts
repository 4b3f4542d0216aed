/** A secret in an environment variable. */
import type { Source } from '../../core/contracts.ts';

export const env: Source = {
  kind: 'source',
  name: 'env',
  summary: 'the value of an environment variable',
  argument: 'name',
  async read(argument, host) {
    if (typeof argument !== 'string' || argument === '')
      return host.fail('config_schema', { message: 'must name an environment variable.' });
    return host.env(argument) || host.fail('config_missing_credential', { message: 'names an environment variable that is not set.' });
  },
};
