import { defineOptions } from '../../core/options.ts';
import type { Command } from '../command.ts';

const own = defineOptions({
  port: {
    type: 'number',
    summary: 'the port to listen on; default: the one it had before',
    placeholder: 'N',
    minimum: 0,
    maximum: 65535,
    integer: true,
    flagOnly: true,
  },
});

/** Runs an identity provider on this machine until it is interrupted. */
export const sandbox: Command = {
  name: 'sandbox',
  summary: 'run an identity provider to try things with',
  examples: [
    ['padlock sandbox', 'start it; then, in another terminal:'],
    ['padlock auth -p sandbox', 'sign in there'],
  ],
  signsIn: false,
  own,
  format: 'table',
  run: async (context) => (await import('../runs/sandbox.ts')).run(context),
};
