/** Rounds of many `padlock token` on one expired session, at a provider that rotates refresh tokens and revokes the family on reuse. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSandbox } from '../../dist/sandbox/index.js';
import { command, pause, race } from './racers.mjs';

/** A token that is over as soon as it is there. */
const SPENT = { response: { expires_in: 1 } };
/** Milliseconds that the provider leaves the killer. */
const TIME_TO_KILL = 3000;

/** The process that refreshes in this home. */
async function leaseHolder(home) {
  const sessions = join(home, '.local/state/padlock/sessions');
  for (const name of await readdir(sessions)) {
    if (!name.endsWith('.lease')) continue;
    const text = await readFile(join(sessions, name), 'utf8').catch(() => '');
    const [, pid] = /"pid":\s*(\d+)/.exec(text) ?? [];
    if (pid !== undefined) return Number(pid);
  }
  return undefined;
}

/** How each kind of round has to end: the exit codes of `count` processes, and the requests they make. */
const ENDS = {
  'after a stop': (count) => ({ codes: { 0: count }, requests: 1 }),
  plain: (count) => ({ codes: { 0: count }, requests: 1 }),
  'of 10': (count) => ({ codes: { 0: count }, requests: 1 }),
  'of 50': (count) => ({ codes: { 0: count }, requests: 1 }),
  slow: (count) => ({ codes: { 0: count }, requests: 1 }),
  // The one whose turn it is asks once more; the others go on waiting.
  busy: (count) => ({ codes: { 0: count }, requests: 2 }),
  namespaces: (count) => ({ codes: { 0: count }, requests: 1 }),
  // Nothing was redeemed: the next one refreshes with the same token.
  'killed before': (count) => ({ codes: { 0: count - 1, SIGKILL: 1 }, requests: 2 }),
  // The new refresh token died with its only holder: one finds that out, all are told to sign in, nobody asks for ever.
  'killed answered': (count) => ({ codes: { 4: count - 1, SIGKILL: 1 }, requests: 2, dead: true }),
  // It was kept, and the next one uses it.
  'killed committed': (count) => ({ codes: { 0: count - 1, SIGKILL: 1 }, requests: 2 }),
};

export class Rounds {
  #idp;
  /** The environment of process `at`. */
  env;
  #count;
  #began = Date.now();
  #seen = {};
  #lost = [];
  /** The next answer of the provider is told, and not fetched yet. */
  #spentWaits = false;

  /** `envOf(at)`: the environment of process `at`, besides the client's. */
  static async start({ count, envOf }) {
    const idp = await startSandbox();
    const { clientId, clientSecret, issuer, scope } = idp.client('password');
    const client = {
      PADLOCK_ISSUER: issuer,
      PADLOCK_CLIENT_ID: clientId,
      PADLOCK_CLIENT_SECRET: clientSecret,
      PADLOCK_FLOW: 'password',
      PADLOCK_VERIFIER: 'shared-secret',
      PADLOCK_USERNAME: idp.user.username,
      PADLOCK_SCOPE: scope.join(' '),
    };
    return new Rounds(idp, count, (at) => ({ ...client, ...envOf(at) }));
  }

  constructor(idp, count, env) {
    this.#idp = idp;
    this.#count = count;
    this.env = env;
  }

  get lost() {
    return this.#lost.length;
  }

  get #rounds() {
    return Object.values(this.#seen).reduce((sum, times) => sum + times, 0);
  }

  lose(what) {
    this.#lost.push(what);
    process.stderr.write(`LOST ${what}\n`);
  }

  count(kind) {
    this.#seen[kind] = (this.#seen[kind] ?? 0) + 1;
    if (this.#rounds % 25 === 0) process.stderr.write(`${this.#rounds} rounds, ${this.lost} lost so far\n`);
  }

  run(words, { at = 0, ...more } = {}) {
    return command(words, { ...this.env(at), ...more }).ended;
  }

  #nextIsSpent() {
    if (!this.#spentWaits) this.#idp.next('token', SPENT);
    this.#spentWaits = true;
  }

  async signIn() {
    this.#nextIsSpent();
    const { code, stderr } = await this.run(['auth', '--quiet', '--json'], { PADLOCK_PASSWORD: this.#idp.user.password });
    if (code !== 0) throw new Error(`The sign-in failed: ${stderr}`);
    this.#spentWaits = false;
  }

  /**
   * One round; afterwards the family is proved alive, and its session is expired for the next one. `delay`: milliseconds that the provider
   * takes for its answer; `provedBy`: the process whose next command has to succeed; `count`: fewer processes.
   */
  async play(kind, { prefixes, meanwhile, delay, provedBy, count = this.#count } = {}) {
    const idp = this.#idp;
    idp.requests.clear();
    if (kind === 'killed before') idp.next('token', { hangUp: 'before', delay: TIME_TO_KILL });
    else if (kind === 'busy') idp.next('token', { status: 503, headers: { 'retry-after': '1' } });
    else if (delay !== undefined) idp.next('token', { delay });
    const dies = kind.startsWith('killed') && kind !== 'killed before' ? { PADLOCK_RACE_DIES: kind.slice('killed '.length) } : {};
    const results = await race({
      count,
      words: ['token'],
      env: (at) => ({ ...this.env(at), ...dies }),
      prefixes,
      meanwhile: meanwhile ?? (kind === 'killed before' ? () => this.#killHolder() : undefined),
    });
    const requests = idp.requests.at('token').length;
    this.count(kind);
    const end = ENDS[kind]?.(count);
    if (end !== undefined) this.#compare(kind, end, results, requests);
    if (end?.dead === true) await this.signIn();
    else await this.proveAlive(kind, await provedBy?.());
    return results;
  }

  #compare(kind, { codes, requests, dead = false }, results, made) {
    const ends = {};
    for (const { code } of results) ends[code] = (ends[code] ?? 0) + 1;
    const tokens = new Set(results.filter(({ code }) => code === 0).map(({ stdout }) => stdout));
    const same = JSON.stringify(Object.entries(ends).sort()) === JSON.stringify(Object.entries(codes).sort());
    if (same && made === requests && tokens.size === (dead ? 0 : 1)) return;
    const odd = results.find(({ code }) => code !== 'SIGKILL' && codes[code] === undefined);
    this.lose(`(${kind}) exit codes ${JSON.stringify(ends)}, ${made} requests, ${tokens.size} tokens: ${odd?.stderr ?? ''}`);
  }

  async #killHolder() {
    await this.asked();
    const holder = await leaseHolder(this.env(0).HOME);
    if (holder !== undefined) process.kill(holder, 'SIGKILL');
  }

  /** Until the provider has a request for a token. */
  async asked() {
    while (this.#idp.requests.at('token').length === 0) await pause(5);
  }

  /** One more refresh, whose token is over at once. */
  async proveAlive(kind, at = 0) {
    this.#nextIsSpent();
    let { code, stderr } = await this.run(['token', '--refresh'], { at });
    // it was told to try again: a holder that could not reach the store left its lease
    if (code === 9) ({ code, stderr } = await this.run(['token', '--refresh'], { at }));
    if (code === 0) this.#spentWaits = false;
    if (code === 0) return;
    this.lose(`(${kind}) the family is dead: ${stderr}`);
    await this.signIn();
  }

  /** One line, and one for each loss; the exit code is 1 if there is any. */
  report(more = '') {
    const kinds = Object.entries(this.#seen).map(([kind, times]) => `${times} ${kind}`);
    const seconds = Math.round((Date.now() - this.#began) / 1000);
    process.stdout.write(
      `${this.#rounds} rounds of ${this.#count} processes in ${seconds} s: ${kinds.join(', ')}; ${this.lost} lost${more}\n`,
    );
    process.exitCode = this.lost === 0 ? 0 : 1;
  }

  close() {
    return this.#idp.close();
  }
}
