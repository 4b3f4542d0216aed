/** The key of a store that machines share: given, not generated. */
import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { fail } from './errors.ts';
import { isMemorable } from './weak-secrets.ts';

const BYTES = 32;
const SHORTEST_PHRASE = 32;
/** 32 MiB and about a tenth of a second for each guess at a passphrase. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
/** Every machine has to come to the same key, so the salt is fixed; it keeps tables made for others useless. */
const SALT = 'padlock/1 store key';

const derive = promisify<string, string, number, typeof COST, Buffer>(scrypt);

/**
 * 32 bytes from their text, hexadecimal or Base64 of either alphabet; any other text of at least 32 characters is a passphrase.
 * Throws `config_weak_secret`.
 */
export async function sharedKey(text: string): Promise<Uint8Array> {
  if (isMemorable(text)) weak('is one that anybody would try');
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[\w+/-]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  if (text.length < SHORTEST_PHRASE) weak(`is shorter than ${SHORTEST_PHRASE} characters`);
  return derive(text.normalize('NFC'), SALT, BYTES, COST);
}

function weak(why: string): never {
  fail('config_weak_secret', `The store's key ${why}.`, { hint: 'Make one: openssl rand -base64 32' });
}
