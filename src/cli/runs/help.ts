/** Finding the command or the topic that help is asked for. */
import { fail } from '../../core/errors.ts';
import { didYouMean } from '../../core/text.ts';
import type { Answer, Context } from '../command.ts';
import { TOPICS } from '../topic-names.ts';

export async function run(context: Context): Promise<Answer> {
  const [word] = context.words;
  const topic = TOPICS.find((name) => name === word);
  if (topic !== undefined) return (await import('../topics.ts')).topics[topic](context);
  const { commands } = context.program;
  const command = commands.find(({ name, aliases }) => name === word || aliases?.includes(word ?? ''));
  if (word !== undefined && command === undefined)
    fail('usage_unknown_command', 'There is no such command or topic.', {
      hint: didYouMean(word, [...commands.map(({ name }) => name), ...TOPICS]),
    });
  const { helpText } = await import('../help.ts');
  return { text: await helpText(context.program, command, context.registry, context.world.stdout.columns) };
}
