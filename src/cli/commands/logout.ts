import type { Command } from '../command.ts';

/** Revokes and forgets what this process signed in to. Sessions are kept in memory only, so a command of its own finds none. */
export const logout: Command = {
  name: 'logout',
  summary: 'forget who is signed in',
  examples: [['padlock logout', 'revoke and forget']],
  signsIn: true,
  helpGroups: ['Provider'],
  format: 'table',
  async run(context) {
    const padlock = await context.padlock(await context.settings());
    const held = await padlock.session();
    if (held === undefined) {
      await context.say('Nobody is signed in.');
      return {};
    }
    const { revoked } = await padlock.logout(held, { signal: context.world.signal });
    await context.say(revoked ? 'Signed out.' : 'Signed out here; the provider was not told.');
    return {};
  },
};
