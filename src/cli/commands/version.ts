import { VERSION } from '../../core/version.ts';
import type { Command } from '../command.ts';

/** The version, as `--version` prints it. */
export const version: Command = {
  name: 'version',
  summary: 'show the version',
  examples: [['padlock version', 'which one this is']],
  signsIn: false,
  format: 'table',
  run: async () => ({ text: `${VERSION}\n` }),
};
