/** Saying who is signed in. */
import { fail } from '../../core/errors.ts';
import { sessionView } from '../../core/session-view.ts';
import type { Answer, Context } from '../command.ts';
import { ownFlag } from '../everywhere.ts';

export async function run(context: Context): Promise<Answer> {
  const { argv, program, world } = context;
  const settings = await context.settings();
  const stored = async () => {
    const session = await (await context.padlock(settings)).session();
    return session && { session, userinfo: undefined };
  };
  const confirmed = async () => (await context.services(settings)).online.confirm(world.signal);
  const found = await (ownFlag(argv, 'online') === true ? confirmed() : stored());
  if (found === undefined) fail('auth_login_required', 'Nobody is signed in.', { hint: `Sign in with ${program.name} auth.` });
  return { view: sessionView(found.session, { userinfo: found.userinfo, now: world.clock.now() }) };
}
