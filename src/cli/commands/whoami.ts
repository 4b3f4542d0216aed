import { defineOptions } from '../../core/options.ts';
import type { Command } from '../command.ts';

const own = defineOptions({
  online: { type: 'boolean', summary: 'ask the provider, which refuses a session that is over', flagOnly: true },
});

/** Who is signed in, from the store; the provider is asked only on demand. */
export const whoami: Command = {
  name: 'whoami',
  summary: 'show who is signed in',
  examples: [
    ['padlock whoami', 'as stored; nobody is asked'],
    ['padlock whoami --online', 'as the provider says now'],
    ['padlock whoami -p work --json | jq -r .user.email', 'for a program'],
  ],
  signsIn: true,
  own,
  helpGroups: ['Store'],
  format: 'table',
  run: async (context) => (await import('../runs/whoami.ts')).run(context),
};
