import type { Command } from '../command.ts';

/** Strategies from outside: add, list, check, remove. */
export const plugin: Command = {
  name: 'plugin',
  summary: 'add, list, check or remove plugins',
  operands: 'add FILE | list | check FILE | remove FILE',
  most: 2,
  examples: [
    ['padlock plugin check ./sms-pin.mjs', 'run the contract suite on a file'],
    ['padlock plugin add ./sms-pin.mjs', 'list it in your configuration'],
  ],
  signsIn: false,
  mends: 'plugins',
  format: 'table',
  run: async (context) => (await import('../runs/plugin.ts')).run(context),
};
