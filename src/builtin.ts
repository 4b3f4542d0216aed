/** What Padlock brings: a registry with every strategy that is built in. */
import { createRegistry } from './core/compose.ts';
import { strategies } from './strategies/index.ts';

export const builtIn = (): ReturnType<typeof createRegistry> => createRegistry(strategies);
