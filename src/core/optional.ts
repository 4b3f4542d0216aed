/** Options of which none has to be there. */
import type { Options } from './options.ts';

/** The same declarations with nothing demanded: to see what is there without asking for what is not. */
export const optional = (options: Options = {}): Options =>
  Object.fromEntries(Object.entries(options).map(([key, option]) => [key, { ...option, required: false }]));
