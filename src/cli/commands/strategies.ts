import type { Command } from '../command.ts';

/** What can be chosen by name, plugins included. */
export const strategies: Command = {
  name: 'strategies',
  summary: 'list what can be chosen by name',
  operands: '[KIND]',
  most: 1,
  examples: [
    ['padlock strategies', 'flows, client authentication, verifiers, formats, sources'],
    ['padlock strategies grant', 'the flows: when to use which, when not, and what it needs'],
  ],
  signsIn: false,
  format: 'table',
  run: async (context) => (await import('../runs/strategies.ts')).run(context),
};
