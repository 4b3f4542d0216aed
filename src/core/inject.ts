/**
 * The one door to tsyringe and reflect-metadata: typed tokens, and decorators that fail loudly where tsyringe fills in `undefined`.
 * Tokens are explicit everywhere, so no compiler has to emit decorator metadata.
 */
import 'reflect-metadata';
import { inject as bind, type DependencyContainer, Lifecycle, injectable as mark, container as root } from 'tsyringe';

declare const carries: unique symbol;
/** A key for a value of type T in the container. It shares its name with the interface it stands for. */
export interface Token<T> {
  readonly description: string;
  /** Type-level only. */
  readonly [carries]?: T;
}

/** Creates a token. The symbol is what tsyringe sees. */
export const token = <T>(description: string): Token<T> => Symbol(description) as unknown as Token<T>;

// biome-ignore lint/suspicious/noExplicitAny: a constructor's parameters are checked by `inject`, one by one
export type Class<T = unknown> = new (...parameters: any[]) => T;
export type Container = DependencyContainer;

const keyOf = <T>(key: Token<T> | Class<T>): never => key as never;
const injected = new WeakMap<object, Set<number>>();

type ParameterAt<C, I extends number> = C extends new (...parameters: infer P) => unknown ? P[I] : never;

/** Injects the value of a token; the compiler checks the token's type against the parameter's. */
export function inject<T>(key: Token<T> | Class<T>) {
  return <C extends Class, I extends number>(target: C, property: undefined, index: T extends ParameterAt<C, I> ? I : never): void => {
    const known = injected.get(target) ?? new Set();
    known.add(index as number);
    injected.set(target, known);
    bind(keyOf(key))(target, property, index as number);
  };
}

/** Marks a class the container can build. Every constructor parameter needs its `@inject`. */
export function injectable() {
  return <C extends Class>(target: C): void => {
    const known = injected.get(target)?.size ?? 0;
    if (known !== target.length)
      throw new TypeError(`${target.name}: every constructor parameter needs @inject (${known} of ${target.length}).`);
    if (known === 0 && injected.has(Object.getPrototypeOf(target) as object))
      throw new TypeError(
        `${target.name}: the parameters of the class it extends are not injected into it; it needs a constructor of its own.`,
      );
    mark()(target);
  };
}

/** A container of its own for one Padlock: nothing is shared with another, nothing is global. */
export const createContainer = (): Container => root.createChildContainer();
export const provide = <T>(container: Container, key: Token<T> | Class<T>, value: T | undefined): void => {
  container.register<T>(keyOf(key), { useFactory: () => value as T }); // not useValue, which refuses undefined
};
/** One instance per container, built when first asked for. */
export const provideClass = <T>(container: Container, key: Token<T> | Class<T>, build: Class<T>): void => {
  container.register<T>(keyOf(key), { useClass: build }, { lifecycle: Lifecycle.ContainerScoped });
};
export const resolve = <T>(container: Container, key: Token<T> | Class<T>): T => container.resolve<T>(keyOf(key));
export const provides = <T>(container: Container, key: Token<T> | Class<T>): boolean => container.isRegistered(keyOf(key), true);
