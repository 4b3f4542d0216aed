/** Seals what a store keeps: AES-256-GCM bound to the entry's name, and names that tell nothing. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { fail } from './errors.ts';

/** First byte of every sealed entry. */
const FORMAT = 1;
const NONCE = 12;
const TAG = 16;

/** The two keys that are derived from a store's one. */
export class Vault {
  readonly #sealing: Uint8Array;
  readonly #naming: Uint8Array;

  /** `key`: 32 bytes. */
  constructor(key: Uint8Array) {
    const derive = (purpose: string): Uint8Array => new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `padlock/1 ${purpose}`, 32));
    this.#sealing = derive('seal');
    this.#naming = derive('name');
  }

  /** An opaque name for something that has a telling one; base64url. */
  nameOf(...parts: readonly unknown[]): string {
    return createHmac('sha256', this.#naming).update(JSON.stringify(parts)).digest('base64url');
  }

  /** Encrypts for one name; another name cannot open it. */
  seal(name: string, plain: Uint8Array): Uint8Array {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, nonce).setAAD(Buffer.from(name));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([Uint8Array.of(FORMAT), nonce, cipher.getAuthTag(), body]);
  }

  /** Throws `store_decrypt` for a changed byte, another name or another key, `store_version` for a newer format. */
  open(name: string, sealed: Uint8Array): Uint8Array {
    const [format] = sealed;
    if (format !== undefined && format > FORMAT)
      fail('store_version', 'A stored session was written by a newer Padlock.', {
        hint: 'Update Padlock, or sign in with another --store.',
      });
    if (format !== FORMAT || sealed.length < 1 + NONCE + TAG) undecipherable();
    const nonce = sealed.subarray(1, 1 + NONCE);
    const decipher = createDecipheriv('aes-256-gcm', this.#sealing, nonce).setAAD(Buffer.from(name));
    decipher.setAuthTag(sealed.subarray(1 + NONCE, 1 + NONCE + TAG));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE + TAG)), decipher.final()]);
    } catch {
      return undecipherable(); // OpenSSL's reason says nothing more
    }
  }
}

function undecipherable(): never {
  fail('store_decrypt', 'A stored session cannot be decrypted: it was changed, or its key was.', {
    hint: 'padlock logout forgets it; then sign in again.',
  });
}
