import { sessionsView } from '../../core/session-view.ts';
import type { Command } from '../command.ts';

/** Every stored session. */
export const sessions: Command = {
  name: 'sessions',
  summary: 'list who is signed in, and where',
  examples: [
    ['padlock sessions', "a star marks each profile's current one"],
    ['padlock sessions --json', 'for a program'],
  ],
  signsIn: true,
  helpGroups: ['Store'],
  format: 'table',
  async run(context) {
    const padlock = await context.padlock(await context.settings());
    return { view: sessionsView(await padlock.sessions(), { now: context.world.clock.now() }) };
  },
};
