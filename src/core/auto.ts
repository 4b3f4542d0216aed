/** `--flow auto`: a reserved word for the chain, no strategy. */
import type { Settings } from './settings.ts';

export const AUTO = 'auto';

/** The flow that the settings name; undefined for none, and for `auto`, which may mean any. */
export function namedFlow(settings: Settings): string | undefined {
  const flow = settings.text('flow');
  return flow === AUTO ? undefined : flow;
}

export const isAuto = (settings: Settings): boolean => settings.text('flow') === AUTO;
