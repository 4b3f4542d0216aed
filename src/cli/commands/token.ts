import { defineOptions } from '../../core/options.ts';
import { tokenView } from '../../core/session-view.ts';
import type { Command } from '../command.ts';
import { refuseForeign } from '../context.ts';
import { ownFlag } from '../everywhere.ts';
import { chooseFlow } from '../flow.ts';
import { SECRETS } from './auth.ts';

const own = defineOptions({
  login: { type: 'boolean', summary: 'sign in if that is needed, asking for what is missing', flagOnly: true },
});

/** Prints an access token and nothing else. */
export const token: Command = {
  name: 'token',
  summary: 'print an access token',
  examples: [
    ['padlock token -p ci', 'a token on stdout'],
    ['padlock token -p ci --format json | jq -r .access_token', 'with all that is known of it'],
  ],
  signsIn: true,
  own,
  footer: SECRETS,
  format: 'raw',
  async run(context) {
    const { argv, world } = context;
    const settings = await chooseFlow(context, await context.settings());
    refuseForeign(context, String(settings.get('flow')));
    const padlock = await context.padlock(settings);
    const request = { signal: world.signal };
    const access = ownFlag(argv, 'login') === true ? (await padlock.authenticate(request)).access : await padlock.token(request);
    return { view: tokenView(access, { now: world.clock.now() }) };
  },
};
