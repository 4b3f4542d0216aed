/** Runs one row: as a program, as a human, and then once more to see what it left. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { EXIT_CODES } from '../../src/core/errors.ts';
import { BIN, padlockLaunch, terminalLaunch, typedSecrets } from '../support/cli.ts';
import { type Ended, type Launch, type LaunchOptions, launch, shown } from '../support/launch.ts';
import { whatIsLeft } from './afterwards.ts';
import { fingerprint } from './fingerprint.ts';
import { goodRun } from './good-run.ts';
import { changes, homeState } from './home-state.ts';
import { moduleBeside } from './library.ts';
import { Network } from './network/network.ts';
import { HostileProvider } from './network/provider.ts';
import { recorded } from './recorded.ts';
import type { Outcome, Provocation, Row, World } from './row.ts';
import { type Failure, failureIn } from './said.ts';

const RECORDER = resolve('test/hostile/recorder.cjs');

export interface Told {
  readonly fingerprint: string;
  /** Error codes that the runs ended with. */
  readonly codes: readonly string[];
  /** How many runs the invariants were asserted on. */
  readonly runs: number;
}

/** A run of Padlock in the row's world. */
export interface Run {
  readonly words: readonly string[];
  readonly ended: Ended;
  readonly failure: Failure | undefined;
  readonly cpu: number;
}

class Stage implements World {
  readonly net = new Network();
  readonly home = mkdtempSync(join(tmpdir(), 'padlock-home-'));
  readonly #scratch = mkdtempSync(join(tmpdir(), 'padlock-row-'));
  readonly row: Row;
  #idp: HostileProvider | undefined;
  /** Through which proxy the row reaches its provider. */
  #way: Provocation['env'];
  #done: readonly string[] | undefined;
  #runs = 0;

  constructor(row: Row) {
    this.row = row;
  }

  get idp(): HostileProvider {
    if (this.#idp === undefined) throw new Error(`${this.row.id} has no answers, so no provider.`);
    return this.#idp;
  }

  get provider(): HostileProvider | undefined {
    return this.#idp;
  }

  async prepare(): Promise<Provocation> {
    const { answers, listen, run, signedIn } = this.row;
    if (answers !== undefined) this.#idp = await HostileProvider.start(this.net, {}, listen);
    if (signedIn) await this.good(['auth']);
    this.#idp?.behave(answers);
    const before = homeState(this.home);
    const provocation = typeof run === 'function' ? await run(this) : run;
    this.#way = Object.fromEntries(Object.entries(provocation.env ?? {}).filter(([name]) => /_proxy$/i.test(name)));
    this.#done = changes(before, homeState(this.home));
    for (const [name, content] of Object.entries(provocation.files ?? {})) {
      mkdirSync(dirname(join(this.home, name)), { recursive: true, mode: 0o700 });
      writeFileSync(join(this.home, name), content);
      chmodSync(join(this.home, name), provocation.modes?.[name] ?? 0o600);
    }
    return provocation;
  }

  /** A run that has to succeed, at a provider that is good. */
  good(words: readonly string[], idp = this.#idp): Promise<void> {
    return goodRun(this.home, words, this.#goodEnv(idp));
  }

  #goodEnv(idp = this.#idp): Provocation['env'] & object {
    return { ...idp?.env(), ...this.#way, ...this.#trust(idp) };
  }

  /** The same as a process of its own, for what only that can tell. */
  async #program(args: readonly string[]): Promise<Run> {
    const ran = await this.run({ args, env: this.#goodEnv() });
    const { broken, run } = ran.ended;
    if (run.code !== 0 || broken.length > 0) throw new Error(`A good run failed: ${broken.join('; ')}\n${shown(args, ran.ended)}`);
    return ran;
  }

  #trust(idp: HostileProvider | undefined): Provocation['env'] {
    if (idp?.authority === undefined) return {};
    const file = join(this.#scratch, 'authority.pem');
    writeFileSync(file, idp.authority);
    return { PADLOCK_CA_FILE: file };
  }

  measure = async (args: readonly string[]): Promise<number> => (await this.#program(args)).cpu;
  output = async (args: readonly string[]): Promise<string> => (await this.#program(args)).ended.run.stdout;

  /** Runs Padlock and holds it to what the recorder saw. */
  async run(provocation: Provocation, human = false): Promise<Run> {
    const { args, cwd, during, env, execArgv = [], input, open, plain, preload, program, secret, terminal, under } = provocation;
    const onTerminal = human || terminal !== undefined;
    const words = [...(human ? ['--debug', '--no-input'] : plain || onTerminal || program !== undefined ? [] : ['--json']), ...args];
    const record = join(this.#scratch, `record-${this.#runs++}`);
    writeFileSync(record, ''); // here, since the umask may be the row's
    const before = preload === undefined ? [] : ['--require', this.#script(preload)];
    const bare = padlockLaunch(words, { execArgv: ['--require', RECORDER, ...before, ...execArgv] });
    const {
      file,
      args: [...line],
    } = bare;
    if (program !== undefined) line[line.indexOf(BIN)] = moduleBeside(this.#scratch, program);
    const command: Launch =
      under === undefined ? { ...bare, args: line } : { ...bare, file: '/bin/bash', args: ['-c', under, 'bash', file, ...line] };
    const ready = onTerminal ? terminalLaunch(command, terminal?.columns) : command;
    const type = human ? [] : (terminal?.type ?? []);
    const running = launch(ready, {
      ...this.#options(type),
      env: { ...this.#idp?.env(), HOSTILE_RECORD: record, ...env },
      ...(input !== undefined && { input }),
      ...(secret !== undefined && { piped: secret }),
      ...(open && { open }),
      ...(program !== undefined && { traces: true }),
      ...(cwd !== undefined && { cwd }),
    });
    for (const { when, send } of type) {
      await running.until(when);
      running.write(send);
    }
    await during?.(running, this);
    const ended = await running.ended;
    const seen = recorded(record, { net: this.net, hosts: this.row.hosts ?? [], sandbox: words.includes('--sandbox') });
    const failure = failureIn(ended.run, words.includes('--json'));
    return { words, ended: { ...ended, broken: [...ended.broken, ...seen.broken, ...(failure?.broken ?? [])] }, failure, cpu: seen.cpu };
  }

  #options(type: Parameters<typeof typedSecrets>[0]): LaunchOptions {
    const { allow = {}, secrets = [], within = 10 } = this.row;
    const issued = (): readonly string[] => [...(this.#idp?.good.issued ?? [])];
    const known = this.#idp === undefined ? [] : [this.#idp.good.password, this.#idp.good.clientSecret];
    const places = Object.entries(allow).map(
      ([place, list]) => [place, () => list.flatMap((one) => (one === 'issued' ? issued() : [one]))] as const,
    );
    const lazy = Object.defineProperties(
      {},
      Object.fromEntries(places.map(([place, get]) => [place, { enumerable: true, get }])),
    ) as Record<string, readonly string[]>;
    return {
      home: this.home,
      deadline: within * 1000,
      allow: lazy,
      // what the provider issues during the run is known after it
      get secrets() {
        return [...secrets, ...known, ...typedSecrets(type), ...issued()];
      },
    };
  }

  #script(source: string): string {
    const path = join(this.#scratch, 'preload.cjs');
    writeFileSync(path, source);
    return path;
  }

  fingerprint(provocation: Provocation): string {
    const good = this.#idp?.good;
    return fingerprint(
      this.row,
      provocation,
      this,
      good === undefined ? [] : [good.password, good.clientSecret, ...good.issued],
      this.#done,
    );
  }

  async close(): Promise<void> {
    await this.net.close();
    for (const folder of [this.home, this.#scratch]) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export type { Stage };

function outcomeOf({ cpu, ended, failure }: Run): Outcome {
  return { ...ended.run, cpu, error: failure?.document, json: () => JSON.parse(ended.run.stdout) };
}

/** What a run did not do as the row says (G5), and what it broke. */
function hold(row: Row, { ended, failure, words }: Run): void {
  const wrong = [...ended.broken];
  const { code: exit } = ended.run;
  if (exit !== row.exit) wrong.push(`G5: it ended with ${exit}, not with ${row.exit}`);
  const expected = row.code ?? row.own;
  if (failure?.code !== expected) wrong.push(`G5: its error is ${failure?.code}, not ${expected}`);
  const own = EXIT_CODES.find(({ codes }) => codes.includes(row.code ?? ''))?.exit;
  if (row.code !== undefined && own !== row.exit) wrong.push(`G5: ${row.code} stands for ${own}, so the row is wrong`);
  if (wrong.length > 0) throw new Error(`${row.id}: ${row.what}\n  ${wrong.join('\n  ')}\n${shown(words, ended)}`);
}

/** Throws what does not hold. */
export async function runRow(row: Row, told: (what: Told) => void): Promise<void> {
  const codes = new Set<string>();
  let runs = 0;
  let print = '';
  const perform = async (human: boolean): Promise<Provocation> => {
    const stage = new Stage(row);
    try {
      const provocation = await stage.prepare();
      if (!human) print = stage.fingerprint(provocation);
      const run = await stage.run(provocation, human);
      if (run.failure !== undefined) codes.add(run.failure.code);
      hold(row, run);
      runs += 1;
      if (!human) await row.check?.(outcomeOf(run), stage);
      row.mend?.(stage);
      await whatIsLeft(stage, run);
      return provocation;
    } finally {
      await stage.close();
    }
  };
  try {
    const { input, terminal } = await perform(false);
    if (row.answers !== undefined && row.once === undefined && input === undefined && terminal === undefined) await perform(true);
  } finally {
    told({ fingerprint: print, codes: [...codes], runs });
  }
}
