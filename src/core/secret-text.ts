/** Secrets that arrive as bytes: from a file, from standard input, from a command. */
import { fail, isPadlockError } from './errors.ts';
import type { Place } from './options.ts';
import type { Files } from './ports.ts';

/** Bytes. */
const SECRET_LIMIT = 64 * 1024;

/** Without the one line end that an editor or `echo` put behind it; other white space may be part of a password. */
const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

function refuse(place: Place, why: string): never {
  fail(place.unreadable ?? (place.kind === 'usage' ? 'usage_bad_value' : 'config_missing_credential'), `${place.name} ${why}.`);
}

/** Bytes as they are. Throws `usage_bad_value`, or `config_missing_credential` for a place in the configuration, or what the place says. */
export function decodeText(content: Uint8Array, place: Place): string {
  if (content.length > SECRET_LIMIT) refuse(place, 'holds more than 64 kB');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    refuse(place, 'does not hold UTF-8 text'); // what the decoder says adds nothing
  }
}

/** The secret in what was read. Throws as {@link decodeText} does. */
export function secretText(content: Uint8Array | string, place: Place): string {
  const text = typeof content === 'string' ? content : decodeText(content, place);
  if (text.length > SECRET_LIMIT) refuse(place, 'holds more than 64 kB');
  return withoutLineEnd(text) || refuse(place, 'holds no secret: it is empty');
}

/** The content of a file that should hold a secret. `path` is absolute, and stays out of messages: it may be the secret, by mistake. */
export async function readSecretFile(files: Files, path: string, place: Place): Promise<Uint8Array> {
  try {
    const facts = await files.facts(path, true);
    if (facts && facts.kind !== 'file') refuse(place, 'does not name a regular file');
    if (facts && facts.size > SECRET_LIMIT) refuse(place, 'names a file of more than 64 kB');
    return (await files.read(path)) ?? refuse(place, 'names a file that does not exist');
  } catch (error) {
    if (!isPadlockError(error) || error.category !== 'storage') throw error;
    refuse(place, `names a file that cannot be read (${error.code})`);
  }
}
