import { defineOptions } from '../../core/options.ts';
import type { Command } from '../command.ts';

const own = defineOptions({
  showTokens: {
    type: 'string',
    summary: 'print the access and the ID token too; =all: the refresh token as well',
    placeholder: '[=all]',
    flagOnly: true,
  },
  save: { type: 'string', summary: 'keep these settings as a profile; no secrets', placeholder: 'NAME', flagOnly: true },
});

/** How to give a secret, for the help of whatever signs in. */
export const SECRETS = 'A secret can also come from a variable, a file that a variable names, or a profile: see padlock help environment.';

/** Signs in, verifies, and says who it is. */
export const auth: Command = {
  name: 'auth',
  aliases: ['login'],
  summary: 'sign in and show who you are',
  examples: [
    ['padlock auth --sandbox', 'try it, with nothing set up'],
    ['padlock auth --issuer https://id.example --client-id cli --flow password', 'sign in; asks for the rest'],
    ['padlock auth -p ci --format json', 'as the profile "ci" says, for a program'],
  ],
  signsIn: true,
  own,
  footer: SECRETS,
  format: 'table',
  run: async (context) => (await import('../runs/auth.ts')).run(context),
};
