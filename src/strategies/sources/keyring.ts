import type { Behaviour, Recorded, Source, SourceHost } from '../../core/contracts.ts';
import { inject, injectable } from '../../core/inject.ts';
import type { JsonValue } from '../../core/json-value.ts';
import { Host, Log } from '../../core/ports.ts';

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '' && !value.includes('\0');

@injectable()
class KeyringSource implements Behaviour<Source> {
  readonly #host: Host;
  readonly #log: Log;

  constructor(@inject(Host) host: Host, @inject(Log) log: Log) {
    this.#host = host;
    this.#log = log;
  }

  async read(argument: JsonValue, host: SourceHost): Promise<string> {
    const { account = argument, service = 'padlock' } = Object(argument) as { readonly account?: unknown; readonly service?: unknown };
    if (!isName(account) || !isName(service))
      return host.fail('config_schema', { message: 'must name an account in the keyring, or a service and an account.' });
    const { readKeyringItem } = await import('../../core/keyring.ts');
    const secret = await readKeyringItem({ host: this.#host, log: this.#log }, service, account);
    return (
      secret ??
      host.fail('config_missing_credential', { message: `names nothing that the system keyring holds for the service ${service}.` })
    );
  }
}

/** A secret that the user put into the system's keyring. */
export const keyring = {
  kind: 'source',
  name: 'keyring',
  summary: 'an item of the system keyring, by its account',
  argument: 'account',
  use: KeyringSource,
} satisfies Recorded<Source>;
