/** Tokens and keys that belong together, and those that do not. */
import { describe, expect, test } from '@jest/globals';
import { requireBinding, requireKey, requireOwn } from '../../src/core/binding.ts';
import type { Client } from '../../src/core/client-identity.ts';
import { newDpopKey, thumbprintOf } from '../../src/core/dpop.ts';
import { PadlockError } from '../../src/core/errors.ts';
import type { TokenSet } from '../../src/core/token-set.ts';

const key = await newDpopKey(['ES256']);
const other = await newDpopKey(['ES256']);
const code = (run: () => void): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof PadlockError ? error.code : String(error);
  }
};

describe('a token', () => {
  test.each([
    ['Bearer', undefined, undefined],
    ['Bearer', true, 'client_dpop'],
    ['DPoP', true, undefined],
    ['DPoP', undefined, 'client_dpop'],
    ['DPoP', false, 'client_dpop'],
  ] as const)('of the type %s, where DPoP was asked for: %s → %s', (type, dpop, expected) => {
    expect(code(() => requireBinding({ type } as TokenSet, { dpop } as { dpop: boolean }))).toBe(expected);
  });

  test.each([
    ['ours', thumbprintOf(key), undefined],
    ['of nobody', undefined, undefined],
    ['of somebody else', thumbprintOf(other), 'token_key_not_found'],
  ])('that says its key is %s', (_, jkt, expected) => {
    expect(code(() => requireKey({ cnf: jkt === undefined ? {} : { jkt } }, key))).toBe(expected);
  });

  test.each([
    ['of nobody in particular', {}, undefined],
    ['of this client', { client_id: 'cli' }, undefined],
    ['of another one', { client_id: 'evil' }, 'token_azp'],
    ['of this client, bound to another key', { client_id: 'cli', cnf: { jkt: thumbprintOf(other) } }, 'token_key_not_found'],
  ])('is %s, says the provider', (_, said, expected) => {
    const client = { dpop: key, info: { clientId: 'cli' } } as Client;
    expect(code(() => requireOwn(said, client))).toBe(expected);
  });
});
