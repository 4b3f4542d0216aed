/** A human at a terminal. Questions go to stderr, so that stdout stays the answer. */
import { fail } from '../core/errors.ts';
import type { Prompt, Question } from '../core/ports.ts';
import { visible } from '../core/text.ts';

/** Asks only when standard input and stderr are terminals and the user did not forbid it. Node opens each when it is called for. */
export function terminalPrompt(stdin: () => NodeJS.ReadStream, stderr: () => NodeJS.WriteStream, allowed: boolean): Prompt {
  const isAvailable = (): boolean => allowed && stderr().isTTY === true && stdin().isTTY === true;
  return {
    get available() {
      return isAvailable();
    },
    async ask(question, signal) {
      if (!isAvailable()) fail('prompt_unavailable', 'There is nobody to ask: this is not a terminal, or --no-input was given.');
      const { isCancel, password, select, text } = await import('@clack/prompts');
      const input = stdin();
      const ended = endOfInput(input);
      const either = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
      const common = { message: visible(question.message), input, output: stderr(), withGuide: false, signal: either };
      try {
        const answer = question.choices
          ? await select({ ...common, options: choicesOf(question) })
          : await (question.secret ? password({ ...common, mask: '•' }) : text(common));
        signal?.throwIfAborted();
        if (isCancel(answer)) fail('cancelled', 'Cancelled.');
        return String(answer ?? '');
      } finally {
        ended.forget();
      }
    },
  };
}

/** Aborts on Ctrl-D and when the terminal goes away; the prompts would wait for ever. */
function endOfInput(input: NodeJS.ReadStream): { readonly signal: AbortSignal; forget(): void } {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  const key = (_: unknown, pressed?: { readonly ctrl?: boolean; readonly name?: string }): void => {
    if (pressed?.ctrl && pressed.name === 'd') end();
  };
  input.on('keypress', key).once('end', end);
  return { signal: controller.signal, forget: () => void input.off('keypress', key).off('end', end) };
}

const choicesOf = ({ choices = [] }: Question): { value: string; label: string; hint?: string }[] =>
  choices.map(({ value, label, hint }) => ({ value, label: visible(label), ...(hint !== undefined && { hint: visible(hint) }) }));
