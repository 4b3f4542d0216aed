/** What a program that Padlock starts needs of the environment: all but Padlock's own variables, which may hold secrets. */
import type { Environment } from './proxy.ts';

export const childEnv = (env: Environment): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith('PADLOCK_')));
