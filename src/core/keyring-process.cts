/**
 * A process of its own that talks to the system's keyring: a native call that hangs, as they do without a desktop, ends only with its process.
 * CommonJS, because that starts sooner. Secrets travel over the line from its parent, never in arguments or the environment.
 */

export interface KeyringQuestion {
  readonly id: number;
  readonly task: 'open' | 'get' | 'set' | 'delete';
  readonly account: string;
  /** Whose item it is. Default: ours. */
  readonly service?: string;
  /** Base64. */
  readonly value?: string;
}
export interface KeyringAnswer {
  readonly id: number;
  /** Of `get`: Base64, null for none. Of `delete`: was there one? */
  readonly value?: string | boolean | null;
  /** Why it failed, in the words of the system. */
  readonly failed?: string;
}

/** Not the kernel's keyring, which forgets. */
const OPTIONS = { linux: { store: 'secret-service' } } as const;

function answer({ task, account, service = 'padlock', value = '' }: KeyringQuestion): KeyringAnswer['value'] {
  const { Entry } = require('@napi-rs/keyring') as typeof import('@napi-rs/keyring');
  const entry = new Entry(service, account, OPTIONS);
  if (task === 'delete') return entry.deleteCredential();
  if (task === 'set') {
    entry.setSecret(Buffer.from(value, 'base64'));
    return null;
  }
  const secret = entry.getSecret();
  return secret === null ? null : Buffer.from(secret).toString('base64');
}

process.on('message', (question: KeyringQuestion) => {
  let said: KeyringAnswer;
  try {
    said = { id: question.id, value: answer(question) ?? null };
  } catch (error) {
    said = { id: question.id, failed: String((error as Error).message) };
  }
  process.send?.(said);
});
