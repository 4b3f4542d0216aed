import { describe, expect, test } from '@jest/globals';
import type { Grant, Strategy } from '../../src/core/contracts.ts';
import type { PadlockError } from '../../src/core/errors.ts';
import { createContainer, inject, injectable, provide, token } from '../../src/core/inject.ts';
import { kindLabel, Registry } from '../../src/core/registry.ts';
import { strategies } from '../../src/strategies/index.ts';
import { codeOf } from './forge.ts';

const grant = (more: Partial<Record<keyof Grant | 'load' | 'use', unknown>> = {}): Strategy =>
  ({
    kind: 'grant',
    name: 'sms-pin',
    summary: 'a PIN',
    acquire: async () => ({ access_token: 'x', token_type: 'Bearer' }),
    ...more,
  }) as Strategy;
const withoutAcquire = (more: object): Strategy => {
  const { acquire: _, ...facts } = grant(more) as Grant;
  return facts as Strategy;
};
const thrownBy = (run: () => unknown): PadlockError => {
  try {
    run();
  } catch (error) {
    return error as PadlockError;
  }
  throw new Error('nothing was thrown');
};

function registryOf(...all: readonly Strategy[]): Registry {
  const registry = new Registry(createContainer());
  for (const one of all) registry.add(one);
  return registry;
}

describe('the registry', () => {
  test('lists the strategies of a kind in the order of registration', () => {
    const registry = registryOf(...strategies);
    const own = strategies.filter(({ kind }) => kind === 'client-auth').map(({ name }) => name);
    expect(registry.names('client-auth')).toEqual(own);
    expect(own[0]).toBe('none');
    expect(registry.list('grant').map(({ name }) => name)).toEqual(registry.names('grant'));
  });

  test('refuses a second strategy of the same kind and name, but not of another kind', () => {
    const registry = registryOf(grant());
    expect(thrownBy(() => registry.add(grant()))).toMatchObject({ code: 'plugin_conflict', message: 'There is a flow "sms-pin" already.' });
    registry.add({ kind: 'source', name: 'sms-pin', summary: 'x', read: async () => '' });
  });

  test('refuses a kind that nobody knows', () => {
    expect(thrownBy(() => registryOf(grant({ kind: 'teapot' }))).code).toBe('plugin_contract');
  });

  test.each([
    ['grant', 'passwort', 'usage_unknown_flow', 'There is no flow "passwort".', 'Did you mean password?'],
    [
      'grant',
      'xyzzy',
      'usage_unknown_flow',
      'There is no flow "xyzzy".',
      expect.stringMatching(/^Known: .*client-credentials, .*password-realm\.$/),
    ],
    ['formatter', 'jsn', 'usage_unknown_format', 'There is no format "jsn".', 'Did you mean json?'],
    ['verifier', 'jwk', 'usage_unknown_strategy', 'There is no verifier "jwk".', 'Did you mean jwks?'],
    ['client-auth', 'basic', 'usage_unknown_strategy', 'There is no client authentication "basic".', expect.any(String)],
    ['grant', '__proto__', 'usage_unknown_flow', 'There is no flow "__proto__".', expect.any(String)],
    ['grant', '\u001b[31m', 'usage_unknown_flow', 'There is no flow "\\u{1b}[31m".', expect.any(String)],
  ] as const)('answers an unknown %s %j with the known ones', (kind, name, code, message, hint) => {
    expect(thrownBy(() => registryOf(...strategies).record(kind, name))).toMatchObject({ code, message, hint });
  });

  test('calls kinds as users do', () => {
    expect((['grant', 'formatter', 'client-auth', 'verifier', 'store'] as const).map(kindLabel)).toEqual([
      'flow',
      'format',
      'client authentication',
      'verifier',
      'store',
    ]);
  });
});

describe('options in the registry', () => {
  const pin = { type: 'string', summary: 'the PIN', secret: true } as const;

  test('know who declared them; those of nobody come first', () => {
    const registry = new Registry(createContainer());
    registry.declare({ issuer: { type: 'string', summary: 'where' } });
    registry.add(grant({ options: { pin } }));
    registry.add(grant({ name: 'tan', options: { pin: { ...pin, summary: 'other words', required: true } } }));
    expect(registry.options().map(({ key }) => key)).toEqual(['issuer', 'pin']);
    expect(registry.option('pin')?.owners).toEqual([
      { kind: 'grant', name: 'sms-pin' },
      { kind: 'grant', name: 'tan' },
    ]);
    expect([registry.option('issuer')?.owners, registry.option('nothing')]).toEqual([[], undefined]);
  });

  test.each([
    ['type', { type: 'list', summary: 'x', secret: true }],
    ['secret', { type: 'string', summary: 'x' }],
    ['identity', { ...pin, identity: true }],
    ['project', { ...pin, project: true }],
    ['choices', { ...pin, choices: ['a'] }],
  ])('must be declared alike: %s', (what, option) => {
    const registry = registryOf(grant({ options: { pin } }));
    const { code, message } = thrownBy(() => registry.add(grant({ name: 'tan', options: { pin: option } })));
    expect([code, message]).toEqual(['plugin_conflict', `--pin is declared already, and differently: see its ${what}.`]);
  });

  test('of a strategy that is refused are not kept, not even those that would have fitted', () => {
    const registry = registryOf(grant({ options: { pin } }));
    const options = { phone: { type: 'string', summary: 'where to' }, pin: { type: 'list', summary: 'x' } };
    expect(thrownBy(() => registry.add(grant({ name: 'tan', options }))).code).toBe('plugin_conflict');
    expect([registry.option('phone'), registry.option('pin')?.owners, registry.names('grant')]).toEqual([
      undefined,
      [{ kind: 'grant', name: 'sms-pin' }],
      ['sms-pin'],
    ]);
  });
});

describe('a strategy that is used', () => {
  const Answer = token<string>('Answer');
  @injectable()
  class Acquirer {
    readonly #answer: string;
    constructor(@inject(Answer) answer: string) {
      this.#answer = answer;
    }
    async acquire() {
      return { access_token: this.#answer, token_type: 'Bearer' };
    }
  }
  const acquired = async (registry: Registry): Promise<unknown> =>
    (await (await registry.use('grant', 'sms-pin')).acquire({}, undefined as never)).access_token;

  test('may be the record itself', async () => {
    const record = grant();
    await expect(registryOf(record).use('grant', 'sms-pin')).resolves.toBe(record);
  });

  test('may be a class that the container builds', async () => {
    const container = createContainer();
    provide(container, Answer, 'built');
    const registry = new Registry(container);
    registry.add(withoutAcquire({ use: Acquirer }));
    await expect(acquired(registry)).resolves.toBe('built');
  });

  test('may be a module that is loaded, or what a factory makes; facts stay the record’s', async () => {
    const load = async () => ({ name: 'other', summary: 'other', acquire: async () => ({ access_token: 'loaded', token_type: 'Bearer' }) });
    const registry = registryOf(withoutAcquire({ load, interactive: true }));
    await expect(acquired(registry)).resolves.toBe('loaded');
    await expect(registry.use('grant', 'sms-pin')).resolves.toMatchObject({ kind: 'grant', name: 'sms-pin', interactive: true });
  });

  test('may be frozen', async () => {
    const registry = new Registry(createContainer());
    registry.add(Object.freeze(grant()), 'acme');
    await expect(acquired(registry)).resolves.toBe('x');
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'plugin_contract'],
    ['an object without the method', {}, 'plugin_contract'],
    ['a method that is none', { acquire: 7 }, 'plugin_contract'],
  ])('that loads as %s is refused', async (_, behaviour, code) => {
    const registry = registryOf(withoutAcquire({ load: async () => behaviour }));
    await expect(codeOf(() => registry.use('grant', 'sms-pin'))).resolves.toBe(code);
    await expect(registry.use('grant', 'sms-pin')).rejects.toThrow('The flow "sms-pin": acquire must be a function.');
  });

  test('of a plugin that cannot be loaded says so without its text', async () => {
    const registry = new Registry(createContainer());
    registry.add(withoutAcquire({ load: async () => Promise.reject(new RangeError('canary')) }), 'acme');
    const failure = await registry.use('grant', 'sms-pin').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'plugin_load_failed', message: 'The flow "sms-pin" cannot be loaded ("RangeError").' });
  });
});
