import { fail } from '../../core/errors.ts';
import { sessionView } from '../../core/session-view.ts';
import type { Command } from '../command.ts';

/** Who is signed in, from the store; the provider is not asked. */
export const whoami: Command = {
  name: 'whoami',
  summary: 'show who is signed in',
  examples: [
    ['padlock whoami', 'as stored; nobody is asked'],
    ['padlock whoami -p work --json | jq -r .user.email', 'for a program'],
  ],
  signsIn: true,
  helpGroups: ['Store'],
  format: 'table',
  async run(context) {
    const padlock = await context.padlock(await context.settings());
    const session = await padlock.session();
    if (session === undefined) fail('auth_login_required', 'Nobody is signed in.', { hint: `Sign in with ${context.program.name} auth.` });
    return { view: sessionView(session, { now: context.world.clock.now() }) };
  },
};
