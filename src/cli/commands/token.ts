import { fail } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import { idTokenView, tokenView } from '../../core/session-view.ts';
import type { Command } from '../command.ts';
import { ownFlag } from '../everywhere.ts';
import { takeToken, tokenOptions } from '../token-options.ts';
import { SECRETS } from './auth.ts';

const own = defineOptions({
  ...tokenOptions,
  accessToken: { type: 'boolean', summary: 'the access token, also where a format prefers the ID token', flagOnly: true },
});

/** Prints a token and nothing else: the stored one, a refreshed one, or a new one if no human is needed. */
export const token: Command = {
  name: 'token',
  summary: 'print an access token',
  examples: [
    ['padlock token', "the current session's, on stdout"],
    ['padlock token -p ci --format json | jq -r .access_token', 'with all that is known of it'],
    ['padlock token -o header | curl -H @- https://api.example', 'for curl, and for no process list'],
  ],
  signsIn: true,
  own,
  givesToken: true,
  footer: SECRETS,
  format: 'raw',
  async run(context) {
    const { argv, registry, world } = context;
    const asksAccess = ownFlag(argv, 'accessToken') === true;
    if (asksAccess && ownFlag(argv, 'idToken') === true) fail('usage_conflict', '--access-token and --id-token ask for different tokens.');
    await context.settings();
    const { token: preferred = 'access' } = registry.record('formatter', await context.format());
    const taken = await takeToken(context, asksAccess ? 'access' : preferred);
    const now = world.clock.now();
    const view = taken.kind === 'id' ? idTokenView(taken.token, { now }) : tokenView(taken.token, { now });
    return { view, ...(taken.unsaved && { failure: taken.unsaved }) };
  },
};
