import { defineOptions } from '../../core/options.ts';
import type { Command } from '../command.ts';

const own = defineOptions({
  all: { type: 'boolean', summary: 'every session, also what cannot be read any more', flagOnly: true },
  local: { type: 'boolean', summary: 'forget it here, and do not tell the provider', flagOnly: true },
  browser: { type: 'boolean', summary: "open the provider's sign-out page, too", flagOnly: true },
});

/** Forgets sessions here, then tells the provider (RFC 7009). */
export const logout: Command = {
  name: 'logout',
  summary: 'revoke and forget who is signed in',
  operands: '[PROFILE]',
  most: 1,
  takesProfile: true,
  examples: [
    ['padlock logout', 'the current session'],
    ['padlock logout work', "a profile's"],
    ['padlock logout --browser', "the provider's own session, too"],
    ['padlock logout --all', 'every one, also what cannot be read any more'],
  ],
  signsIn: true,
  own,
  helpGroups: ['Provider', 'Store'],
  format: 'table',
  run: async (context) => (await import('../runs/logout.ts')).run(context),
};
