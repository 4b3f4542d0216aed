import { defineOptions } from '../../core/options.ts';
import { TOKEN_VARIABLES } from '../../core/token-variables.ts';
import type { Command } from '../command.ts';
import { tokenOptions } from '../token-options.ts';
import { SECRETS } from './auth.ts';

const own = defineOptions({
  ...tokenOptions,
  env: {
    type: 'string',
    summary: `the variable that holds the token (default ${TOKEN_VARIABLES.access})`,
    placeholder: 'NAME',
    flagOnly: true,
  },
});

/** Runs a program that finds the token in its environment, and nobody else does. */
export const exec: Command = {
  name: 'exec',
  summary: 'run a program with a token in its environment',
  operands: '-- PROGRAM [ARGUMENTS]',
  examples: [
    ['padlock exec -- ./deploy.sh', `which finds ${TOKEN_VARIABLES.access}`],
    ['padlock exec -p work --env GH_TOKEN -- gh repo list', 'under a name it knows'],
  ],
  signsIn: true,
  own,
  footer: `The exit code is the program's; 127 when it was not found, 126 when it could not be started. ${SECRETS}`,
  format: 'table',
  run: async (context) => (await import('../runs/exec.ts')).run(context),
};
