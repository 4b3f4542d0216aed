/** The second word of `padlock config list`, `padlock plugin add FILE`. */
import { fail } from '../core/errors.ts';
import { nearest } from '../core/text.ts';

/** The action that was typed. An unknown word may be a secret and is not repeated. Throws `usage_missing_command`, `usage_unknown_command`. */
export function actionOf<T>(actions: Readonly<Record<string, T>>, word: string | undefined, known: string): T {
  const action = word !== undefined && Object.hasOwn(actions, word) ? actions[word] : undefined;
  if (action !== undefined) return action;
  const near = word === undefined ? undefined : nearest(word, Object.keys(actions));
  fail(word === undefined ? 'usage_missing_command' : 'usage_unknown_command', `Say what to do: ${known}.`, {
    hint: near === undefined ? undefined : `Did you mean ${near}?`,
  });
}
