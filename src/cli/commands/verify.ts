import { defineOptions } from '../../core/options.ts';
import type { Command } from '../command.ts';

const own = defineOptions({
  accessToken: { type: 'boolean', summary: 'judge it as an access token; default: as an ID token', flagOnly: true },
});

/** Every check of a token with its verdict. */
export const verify: Command = {
  name: 'verify',
  summary: 'check a token and show every verdict',
  operands: '[TOKEN|-]',
  most: 1,
  examples: [
    ['padlock verify -p work < id_token.txt', 'an ID token, from a file'],
    ['padlock token -p work | padlock verify -p work --access-token --audience API', 'an access token, from a pipe'],
    ['padlock token -p work | padlock verify -p work --access-token --verifier introspection', 'and asks the provider about it'],
  ],
  signsIn: true,
  helpGroups: ['Provider', 'Checks'],
  own,
  format: 'table',
  run: async (context) => (await import('../runs/verify.ts')).run(context),
};
