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
  run: async (context) => (await import('../runs/sessions.ts')).run(context),
};
