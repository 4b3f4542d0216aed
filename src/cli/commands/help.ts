import type { Command } from '../command.ts';
import { TOPICS } from '../topic-names.ts';

/** Help on a command or a topic. */
export const help: Command = {
  name: 'help',
  summary: 'show help on a command or a topic',
  operands: '[COMMAND|TOPIC]',
  most: 1,
  examples: [
    ['padlock help auth', 'a command'],
    ['padlock help exit-codes', 'a topic'],
  ],
  footer: `Topics: ${TOPICS.join(', ')}.`,
  signsIn: false,
  format: 'table',
  run: async (context) => (await import('../runs/help.ts')).run(context),
};
