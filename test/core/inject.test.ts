import { describe, expect, test } from '@jest/globals';
import { createPadlockContainer } from '../../src/container.ts';
import { createContainer, inject, injectable, provide, provideClass, provides, resolve, token } from '../../src/core/inject.ts';
import { PadlockPipeline } from '../../src/core/padlock.ts';
import { Clock, Http } from '../../src/core/ports.ts';
import { Provider } from '../../src/core/provider.ts';
import { Registry } from '../../src/core/registry.ts';
import { Settings } from '../../src/core/settings.ts';

const Greeting = token<string>('Greeting');
const Loudness = token<number | undefined>('Loudness');

@injectable()
class Greeter {
  readonly greeting: string;
  readonly loudness: number | undefined;
  constructor(@inject(Greeting) greeting: string, @inject(Loudness) loudness: number | undefined) {
    this.greeting = greeting;
    this.loudness = loudness;
  }
}

describe('the door to the container', () => {
  test('builds a class from what is provided, undefined included', () => {
    const container = createContainer();
    provide(container, Greeting, 'hello');
    provide(container, Loudness, undefined);
    expect(resolve(container, Greeter)).toMatchObject({ greeting: 'hello', loudness: undefined });
  });

  test('builds a provided class once in each container', () => {
    const [one, two] = [createContainer(), createContainer()];
    for (const container of [one, two]) {
      provide(container, Greeting, 'hello');
      provide(container, Loudness, 1);
      provideClass(container, Greeter, Greeter);
    }
    expect(resolve(one, Greeter)).toBe(resolve(one, Greeter));
    expect(resolve(one, Greeter)).not.toBe(resolve(two, Greeter));
  });

  test('gives the later value where a token is provided twice', () => {
    const container = createContainer();
    provide(container, Greeting, 'hello');
    provide(container, Greeting, 'good day');
    expect(resolve(container, Greeting)).toBe('good day');
  });

  test('names the token that nobody provided', () => {
    expect(() => resolve(createContainer(), Greeting)).toThrow(/Greeting/);
    expect(provides(createContainer(), Greeting)).toBe(false);
  });

  test('refuses a class with a parameter that is not injected, when it is declared', () => {
    class Forgetful {
      readonly all: unknown[];
      constructor(@inject(Greeting) greeting: string, loudness: number) {
        this.all = [greeting, loudness];
      }
    }
    expect(() => injectable()(Forgetful)).toThrow('Forgetful: every constructor parameter needs @inject (1 of 2).');
  });

  test('refuses a subclass that would get nothing of what its parent is injected', () => {
    class Shouter extends Greeter {}
    expect(() => injectable()(Shouter)).toThrow(/Shouter: .* a constructor of its own/);
  });

  test('takes a subclass with a constructor of its own', () => {
    @injectable()
    class Whisperer extends Greeter {
      constructor(@inject(Greeting) greeting: string) {
        super(greeting, 0);
      }
    }
    const container = createContainer();
    provide(container, Greeting, 'hush');
    expect(resolve(container, Whisperer)).toMatchObject({ greeting: 'hush', loudness: 0 });
  });
});

describe('two Padlocks', () => {
  const TOKENS = [Registry, Settings, Provider, PadlockPipeline, Clock, Http];

  test('share nothing, and leave nothing in the global container', async () => {
    const { container: global } = await import('tsyringe');
    const [one, two] = [createPadlockContainer({ clientId: 'one' }), createPadlockContainer({ clientId: 'two' })];
    for (const key of [Registry, Settings, Provider, PadlockPipeline])
      expect(resolve<object>(one, key)).not.toBe(resolve<object>(two, key));
    expect([resolve(one, Settings).get('clientId'), resolve(two, Settings).get('clientId')]).toEqual(['one', 'two']);
    for (const key of TOKENS) expect(global.isRegistered(key as never)).toBe(false);
  });

  test('keep to their own clock', () => {
    const clock = { now: () => 7, sleep: async () => {} };
    const [one, two] = [createPadlockContainer({ ports: { clock } }), createPadlockContainer({})];
    expect(resolve(one, Clock)).toBe(clock);
    expect(resolve(two, Clock)).not.toBe(clock);
  });
});
