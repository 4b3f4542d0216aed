/** A secret that a program prints, such as a password manager. */
import type { Source } from '../../core/contracts.ts';

const isWord = (word: unknown): word is string => typeof word === 'string' && !word.includes('\0');

export const command: Source = {
  kind: 'source',
  name: 'command',
  summary: 'what a program prints, given as a list of its words; no shell is involved',
  argument: 'command',
  async read(argument, host) {
    if (!Array.isArray(argument) || !argument.every(isWord) || !argument[0])
      return host.fail('config_schema', { message: 'must be a list: the program and its arguments.' });
    return host.run(argument);
  },
};
