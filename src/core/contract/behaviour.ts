/** What runs in a strategy, by kind: the names of its functions, and whether they are there. */
import type { Kind } from '../contracts.ts';

interface Behaviour {
  readonly methods: readonly string[];
  readonly optional: readonly string[];
}

export const BEHAVIOUR: Readonly<Record<Kind, Behaviour>> = {
  grant: { methods: ['acquire'], optional: ['hosts', 'applies'] },
  'client-auth': { methods: ['applies', 'authenticate'], optional: ['tls'] },
  verifier: { methods: ['verify'], optional: ['applies', 'keyLength'] },
  formatter: { methods: ['format'], optional: [] },
  source: { methods: ['read'], optional: ['hosts'] },
  store: { methods: ['open'], optional: ['applies', 'erase', 'examine'] },
  provider: { methods: [], optional: ['explain'] },
};

/** The names of what runs, in a strategy of a kind. */
export const methodsOf = (kind: Kind): readonly string[] => [...BEHAVIOUR[kind].methods, ...BEHAVIOUR[kind].optional];

/** What is missing from the part that runs, wherever it came from. */
export function behaviourFaults(kind: Kind, behaviour: object): readonly string[] {
  const { methods, optional } = BEHAVIOUR[kind];
  const runs = (value: unknown): boolean => typeof value === 'function';
  const has = (member: string): unknown => (behaviour as Record<string, unknown>)[member];
  return [
    ...methods.filter((member) => !runs(has(member))).map((member) => `${member} must be a function`),
    ...optional.filter((member) => has(member) !== undefined && !runs(has(member))).map((member) => `${member} must be a function`),
  ];
}
