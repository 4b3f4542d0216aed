import { fail, isPadlockError } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import { sessionView } from '../../core/session-view.ts';
import type { Command } from '../command.ts';
import { refuseForeign } from '../context.ts';
import { ownFlag } from '../everywhere.ts';
import { chooseFlow } from '../flow.ts';
import { checkSave, save } from '../save.ts';

const own = defineOptions({
  showTokens: {
    type: 'string',
    summary: 'print the access and the ID token too; =all: the refresh token as well',
    placeholder: '[=all]',
    flagOnly: true,
  },
  save: { type: 'string', summary: 'keep these settings as a profile; no secrets', placeholder: 'NAME', flagOnly: true },
});

/** How to give a secret, for the help of whatever signs in. */
export const SECRETS = 'A secret can also come from a variable, a file that a variable names, or a profile: see padlock help environment.';

/** Signs in, verifies, and says who it is. */
export const auth: Command = {
  name: 'auth',
  aliases: ['login'],
  summary: 'sign in and show who you are',
  examples: [
    ['padlock auth --sandbox', 'try it, with nothing set up'],
    ['padlock auth --issuer https://id.example --client-id cli --flow password', 'sign in; asks for the rest'],
    ['padlock auth -p ci --format json', 'as the profile "ci" says, for a program'],
  ],
  signsIn: true,
  own,
  footer: SECRETS,
  format: 'table',
  async run(context) {
    const { argv, world } = context;
    const showTokens = shownTokens(ownFlag(argv, 'showTokens'));
    checkSave(context);
    const settings = await chooseFlow(context, await context.settings());
    refuseForeign(context, String(settings.get('flow')));
    const padlock = await context.padlock(settings);
    const session = await padlock.authenticate({ signal: world.signal });
    const view = sessionView(session, { showTokens, now: world.clock.now() });
    const name = ownFlag(argv, 'save');
    try {
      if (typeof name === 'string') await save(context, settings, session, name);
    } catch (error) {
      if (!isPadlockError(error)) throw error;
      return { view, failure: error }; // the answer is there; only keeping it failed
    }
    return { view };
  },
};

/** `--show-tokens` alone, or `--show-tokens=all`. */
function shownTokens(value: unknown): boolean | 'all' {
  if (value === undefined || value === '' || value === 'all') return value === 'all' ? 'all' : value === '';
  return fail('usage_bad_value', '--show-tokens stands alone, or is --show-tokens=all.');
}
