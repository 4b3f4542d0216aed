/** Listing the stored sessions. */
import { sessionsView } from '../../core/session-view.ts';
import type { Answer, Context } from '../command.ts';

export async function run(context: Context): Promise<Answer> {
  const padlock = await context.padlock(await context.settings());
  return { view: sessionsView(await padlock.sessions(), { now: context.world.clock.now() }) };
}
