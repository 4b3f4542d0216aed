import { fail } from '../../core/errors.ts';
import { didYouMean } from '../../core/text.ts';
import type { Command } from '../command.ts';
import { topics } from '../topics.ts';

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
  footer: `Topics: ${Object.keys(topics).join(', ')}.`,
  signsIn: false,
  format: 'table',
  async run(context) {
    const [word] = context.words;
    const topic = word === undefined || !Object.hasOwn(topics, word) ? undefined : topics[word];
    if (topic !== undefined) return topic(context);
    const { commands } = context.program;
    const command = commands.find(({ name, aliases }) => name === word || aliases?.includes(word ?? ''));
    if (word !== undefined && command === undefined)
      fail('usage_unknown_command', 'There is no such command or topic.', {
        hint: didYouMean(word, [...commands.map(({ name }) => name), ...Object.keys(topics)]),
      });
    const { helpText } = await import('../help.ts');
    return { text: await helpText(context.program, command, context.registry, context.world.stdout.columns) };
  },
};
