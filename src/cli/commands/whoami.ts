import { fail } from '../../core/errors.ts';
import { resolve } from '../../core/inject.ts';
import { Online } from '../../core/online.ts';
import { defineOptions } from '../../core/options.ts';
import { sessionView } from '../../core/session-view.ts';
import type { Command } from '../command.ts';
import { ownFlag } from '../everywhere.ts';

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
  async run(context) {
    const { argv, container, program, world } = context;
    const padlock = await context.padlock(await context.settings());
    const stored = async () => {
      const session = await padlock.session();
      return session && { session, userinfo: undefined };
    };
    const found = await (ownFlag(argv, 'online') === true ? resolve(container, Online).confirm(world.signal) : stored());
    if (found === undefined) fail('auth_login_required', 'Nobody is signed in.', { hint: `Sign in with ${program.name} auth.` });
    return { view: sessionView(found.session, { userinfo: found.userinfo, now: world.clock.now() }) };
  },
};
