/** A token on a terminal stays in its scrollback: whoever has one printed there hears of the other ways. */
import type { Context } from './command.ts';

export function warnOnScreen({ machine, warn, world }: Pick<Context, 'machine' | 'warn' | 'world'>): void {
  if (world.stdout.isTTY && !machine())
    warn({
      code: 'token_on_screen',
      message: 'The token is on your screen and in its scrollback; a pipe or padlock exec would keep it off.',
    });
}
