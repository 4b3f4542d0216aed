/** What protects an entry: nothing of it can be read, moved, or changed. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Vault } from '../../src/core/vault.ts';
import { codeOf } from './forge.ts';
import { expired, type world } from './sessions/fixture.ts';

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (plain: Uint8Array): string => new TextDecoder().decode(plain);

describe('a sealed entry', () => {
  test('opens under its name and its key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.string(), (plain, name) => {
        const vault = new Vault(key(1));
        expect([...new Vault(key(1)).open(name, vault.seal(name, plain))]).toEqual([...plain]);
      }),
    );
  });

  test('is never sealed the same way twice', () => {
    const vault = new Vault(key(1));
    const sealed = Array.from({ length: 100 }, () => Buffer.from(vault.seal('a', bytes('the same'))).toString('hex'));
    expect(new Set(sealed).size).toBe(100);
  });

  test('with one bit flipped, whichever it is, does not open', async () => {
    const vault = new Vault(key(1));
    const sealed = vault.seal('a', bytes('{"refreshToken":"canary"}'));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Uint8Array.from(sealed);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const isNewerFormat = bit < 8 && (flipped[0] ?? 0) > 1;
      expect([bit, await codeOf(() => vault.open('a', flipped))]).toEqual([bit, isNewerFormat ? 'store_version' : 'store_decrypt']);
    }
  });

  test('cut anywhere, or with something behind it, does not open', async () => {
    const vault = new Vault(key(1));
    const sealed = vault.seal('a', bytes('plain'));
    for (let length = 0; length < sealed.length; length++)
      await expect(codeOf(() => vault.open('a', sealed.subarray(0, length)))).resolves.toBe('store_decrypt');
    await expect(codeOf(() => vault.open('a', Buffer.concat([sealed, Buffer.from([0])])))).resolves.toBe('store_decrypt');
  });

  test('does not open under another name or with another key', async () => {
    const vault = new Vault(key(1));
    const sealed = vault.seal('a', bytes('plain'));
    await expect(codeOf(() => vault.open('b', sealed))).resolves.toBe('store_decrypt');
    await expect(codeOf(() => new Vault(key(2)).open('a', sealed))).resolves.toBe('store_decrypt');
    expect(() => vault.open('b', sealed)).toThrow(expect.objectContaining({ hint: expect.stringContaining('padlock logout') }));
  });

  test('of a newer Padlock is left to a newer Padlock', async () => {
    const vault = new Vault(key(1));
    const sealed = vault.seal('a', bytes('plain'));
    sealed[0] = 2;
    await expect(codeOf(() => vault.open('a', sealed))).resolves.toBe('store_version');
    expect(() => vault.open('a', sealed)).toThrow(expect.objectContaining({ hint: expect.stringContaining('Update Padlock') }));
  });
});

describe('a name', () => {
  test('is the same for the same parts and key, and tells nothing of them', () => {
    const name = new Vault(key(1)).nameOf('session', 'robin@percy.test');
    expect(name).toBe(new Vault(key(1)).nameOf('session', 'robin@percy.test'));
    expect(name).not.toBe(new Vault(key(2)).nameOf('session', 'robin@percy.test'));
    expect(name).toMatch(/^[\w-]{43}$/);
  });

  test('differs where a part does', () => {
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(null), fc.array(fc.string(), { maxLength: 3 }));
    const parts = fc.array(part, { maxLength: 4 });
    const vault = new Vault(key(1));
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(vault.nameOf(...a) === vault.nameOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});

describe('a store', () => {
  const contents = async (shared: ReturnType<typeof world>['shared']): Promise<string> => {
    const names = await shared.opened().names();
    const entries = await Promise.all(names.map((name) => shared.opened().read(name)));
    return names.map((name, at) => `${name} ${entries[at]?.tag} ${text(entries[at]?.data ?? new Uint8Array())}`).join('\n');
  };

  test('holds no token, no claim and no user name, neither in names nor in bytes (BCP 21, 53)', async () => {
    const { padlock, process, shared } = await expired();
    await padlock.token();
    await process({ flow: 'client-credentials' }).token({ audience: 'https://api.canary.test' });
    const all = await contents(shared);
    expect(all.length).toBeGreaterThan(1000);
    expect(all).not.toMatch(/canary|robin|percy|acme|example\.test|password|eyJ|Bearer|at-\d|rt-\d/i);
  });

  test.each<[string, (data: Uint8Array, other: Uint8Array) => Uint8Array]>([
    ['a flipped bit', (data) => data.map((byte, at) => (at === 40 ? byte ^ 1 : byte))],
    ['another entry in its place', (_, other) => other],
  ])('whose entry was tampered with says so, and signing in and out still work: %s', async (_, tamper) => {
    const { padlock, process, shared, warnings, clock } = await expired();
    await process({ values: { username: 'ada' } }).authenticate();
    const store = shared.opened();
    const entries = await Promise.all(
      (await store.names()).map(async (name) => ({ name, data: (await store.read(name))?.data ?? new Uint8Array() })),
    );
    const big = entries.filter(({ data }) => data.length > 300);
    for (const [at, { name, data }] of big.entries()) {
      const other = big[(at + 1) % big.length]?.data ?? data;
      await store.replace(name, undefined, { tag: `tampered-${at}`, data: tamper(data, other) });
    }
    await expect(codeOf(() => padlock.token())).resolves.toBe('store_decrypt');
    await expect(padlock.sessions()).resolves.toEqual([]);
    expect(warnings.map(({ code }) => code)).toContain('store_decrypt');
    await expect(padlock.logout()).resolves.toEqual({ revoked: false });
    clock.pass(1);
    const { access } = await padlock.authenticate();
    await expect(process().token()).resolves.toEqual(access);
  });
});
