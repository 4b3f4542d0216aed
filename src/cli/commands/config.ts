import { defineOptions } from '../../core/options.ts';
import type { Command } from '../command.ts';

const own = defineOptions({ origin: { type: 'boolean', summary: 'show where each value comes from', flagOnly: true } });

/** What is configured, and where it comes from. */
export const config: Command = {
  name: 'config',
  summary: 'write and show profiles, show settings',
  operands: 'init [NAME] | list | show | use NAME | path | schema',
  most: 2,
  examples: [
    ['padlock config init work', 'write a profile; asks for what is missing'],
    ['padlock config list', 'the profiles'],
    ['padlock config show --origin', 'every setting, and which place sets it'],
  ],
  signsIn: true,
  own,
  helpGroups: [],
  footer: 'The options of padlock auth can be given too: padlock config show tells what they lead to.',
  format: 'table',
  run: async (context) => (await import('../runs/config.ts')).run(context),
};
