/** The contract of each kind of strategy as named checks: over the built-in ones in the tests, over a plugin's in `padlock plugin check`. */
import type { CheckReport } from './claims.ts';
import { behaviourFaults } from './contract/behaviour.ts';
import { type Check, named, Outcome } from './contract/check.ts';
import { clientAuthChecks } from './contract/client-auth.ts';
import { formatterChecks } from './contract/formatter.ts';
import { grantChecks } from './contract/grant.ts';
import { providerChecks } from './contract/provider.ts';
import { recordFaults } from './contract/record.ts';
import { sourceChecks } from './contract/source.ts';
import { storeChecks } from './contract/store.ts';
import { verifierChecks } from './contract/verifier.ts';
import type { Kind, StoreHost, Strategy, StrategyOf } from './contracts.ts';
import { fail } from './errors.ts';
import { headlessPorts } from './headless.ts';
import { type Container, createContainer, provide } from './inject.ts';
import { Browser, Clock, Files, Host, Http, Log, Notices, type Ports, Prompt } from './ports.ts';
import { Registry } from './registry.ts';

export interface CheckOptions {
  /** Milliseconds for one check. Default: 10 000. */
  readonly patience?: number;
  /** Where stores are opened. Default: a world without a disk. */
  readonly store?: Partial<StoreHost>;
  /** What a strategy that is a class finds of the outside world. Default: nothing is reached, and nobody answers. */
  readonly ports?: Partial<Pick<Ports, 'files' | 'host'>>;
}

const CHECKS: { readonly [K in Kind]: (options: CheckOptions, strategy: StrategyOf<K>) => readonly Check<StrategyOf<K>>[] } = {
  grant: () => grantChecks,
  'client-auth': () => clientAuthChecks,
  verifier: (_, verifier) => verifierChecks(verifier),
  formatter: () => formatterChecks,
  source: () => sourceChecks,
  store: ({ store }) => storeChecks(store),
  provider: () => providerChecks,
};

/** A world in which nothing is reached and nobody answers; waiting takes no time. */
function sealed(ports: CheckOptions['ports']): Container {
  const container = createContainer();
  const { prompt, browser, files, host, log, notices } = headlessPorts(ports);
  provide(container, Clock, { now: () => Date.now(), sleep: async () => {} });
  provide(container, Prompt, prompt);
  provide(container, Browser, browser);
  provide(container, Files, files);
  provide(container, Host, host);
  provide(container, Log, log);
  provide(container, Notices, notices);
  provide(container, Http, { send: async () => fail('net_connect', 'The contract checks run without a network.') });
  return container;
}

async function outcome(name: string, patience: number, run: () => Promise<void>): Promise<CheckReport> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Outcome('fail', `it did not end within ${patience / 1000} seconds`)), patience);
  });
  try {
    await Promise.race([run(), late]);
    return { name, verdict: 'pass', detail: '' };
  } catch (error) {
    return error instanceof Outcome
      ? { name, verdict: error.verdict, detail: error.message }
      : { name, verdict: 'fail', detail: `it ended in ${named(error)}` };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the contract of its kind over a strategy, one result after the other. Stops after the first when its form is wrong. */
export async function* checkStrategy(strategy: Strategy, options: CheckOptions = {}): AsyncGenerator<CheckReport> {
  const { patience = 10_000 } = options;
  let whole: StrategyOf<Kind> | undefined;
  const form = await outcome('is a record that can be registered and built', patience, async () => {
    const faults = recordFaults(strategy);
    if (faults.length > 0) throw new Outcome('fail', faults.join('; '));
    const registry = new Registry(sealed(options.ports));
    registry.add(strategy);
    whole = await registry.use(strategy.kind, strategy.name);
    const missing = behaviourFaults(strategy.kind, whole);
    if (missing.length > 0) throw new Outcome('fail', missing.join('; '));
  });
  yield form;
  if (form.verdict !== 'pass' || whole === undefined) return;
  const built = whole;
  for (const { name, run } of CHECKS[strategy.kind](options, built as never) as readonly Check<StrategyOf<Kind>>[])
    yield await outcome(name, patience, () => run(built));
}
