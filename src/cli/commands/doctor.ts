import type { Command } from '../command.ts';

/** What keeps a sign-in from working. It is called when things are broken, so nothing that is broken may keep it from telling. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'examine what a sign-in needs, and say what is wrong',
  examples: [
    ['padlock doctor', 'this machine, the default profile and its provider'],
    ['padlock doctor -p work --json', 'for a program'],
  ],
  signsIn: true,
  mends: 'everything',
  helpGroups: ['Provider', 'Store'],
  footer: 'It asks nobody and sends no secret to a provider. The exit code is that of the first problem; 0 when there is none.',
  format: 'table',
  run: async (context) => (await import('../runs/doctor.ts')).run(context),
};
