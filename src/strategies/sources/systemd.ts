import type { Source } from '../../core/contracts.ts';

/** A credential that systemd hands to a unit, decrypted, in a directory that only the unit can read. */
export const systemd: Source = {
  kind: 'source',
  name: 'systemd',
  summary: 'a credential of the systemd unit, by its name in LoadCredential',
  argument: 'name',
  async read(argument, host) {
    if (typeof argument !== 'string' || !/^[^/\0]+$/.test(argument) || /^\.\.?$/.test(argument))
      return host.fail('config_schema', { message: 'must name a credential of the unit.' });
    const directory = host.env('CREDENTIALS_DIRECTORY');
    if (!directory)
      return host.fail('config_missing_credential', {
        message: 'finds no credentials: this is no systemd unit that has any.',
        hint: `Add LoadCredential=${argument}:FILE or LoadCredentialEncrypted= to the unit.`,
      });
    return host.read(`${directory}/${argument}`);
  },
};
