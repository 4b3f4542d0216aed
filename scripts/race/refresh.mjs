/**
 * The rotation race: many `padlock token` on one expired session, at a provider that rotates refresh tokens and revokes the family on reuse.
 *
 *   node scripts/race/refresh.mjs [--rounds 200] [--kills 30] [--namespaces 10] [--processes 25]
 *
 * `--kills` of the rounds kill the process that refreshes: half of them before the provider handles the request, half after it did and before
 * its answer arrives. `--namespaces` of them run in two pid namespaces. Prints what happened; the exit code is 1 if anything was lost.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox } from '../../dist/sandbox/index.js';
import { command, environment, leaseHolder, pause, race } from './racers.mjs';

const number = (text) => Number.parseInt(text, 10);
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    kills: { type: 'string', default: '30' },
    namespaces: { type: 'string', default: '10' },
    processes: { type: 'string', default: '25' },
  },
});
const rounds = number(values.rounds);
const kills = number(values.kills);
const namespaces = number(values.namespaces);
const count = number(values.processes);

const idp = await startSandbox();
const home = await mkdtemp(join(tmpdir(), 'padlock-home-'));
const { clientId, clientSecret, issuer, scope } = idp.client('password');
const env = environment(home, {
  PADLOCK_ISSUER: issuer,
  PADLOCK_CLIENT_ID: clientId,
  PADLOCK_CLIENT_SECRET: clientSecret,
  PADLOCK_FLOW: 'password',
  PADLOCK_VERIFIER: 'shared-secret',
  PADLOCK_USERNAME: idp.user.username,
  PADLOCK_STORE: 'file',
  PADLOCK_SCOPE: scope.join(' '),
});
const run = async (words, more = {}) => await command(words, { ...env, ...more }).ended;
/** A token that is over as soon as it is there. */
const SPENT = { response: { expires_in: 1 } };

async function signIn() {
  idp.next('token', SPENT);
  const { code, stderr } = await run(['auth', '--quiet', '--json'], { PADLOCK_PASSWORD: idp.user.password });
  if (code !== 0) throw new Error(`The sign-in failed: ${stderr}`);
}

const lost = [];
const seen = { plain: 0, namespaces: 0, 'killed before': 0, 'killed after': 0 };
const outcomes = {};

/** All get the same token by one request, and the family is alive. */
async function plainRound(round, prefixes, label) {
  idp.requests.clear();
  const results = await race({ count, words: ['token'], env, ...(prefixes && { prefixes }) });
  const requests = idp.requests.at('token').length;
  const tokens = new Set(results.map(({ stdout }) => stdout));
  const failed = results.filter(({ code }) => code !== 0);
  if (requests !== 1 || tokens.size !== 1 || failed.length > 0)
    lost.push(
      `round ${round} (${label}): ${requests} requests, ${tokens.size} tokens, ${failed.length} failed: ${failed[0]?.stderr ?? ''}`,
    );
  await proveAlive(round);
  seen[label]++;
}

/** One more refresh, whose token is over at once: the family lives, and the session is expired for the next round. */
async function proveAlive(round) {
  idp.next('token', SPENT);
  const { code, stderr } = await run(['token', '--refresh']);
  if (code === 0) return;
  lost.push(`round ${round}: the family is dead: ${stderr}`);
  await signIn();
}

/** The holder dies while the provider has its request. */
async function killRound(round, when) {
  idp.requests.clear();
  idp.next('token', { hangUp: when === 'before' ? 'before' : 'headers', delay: 1500 });
  let killed;
  const results = await race({
    count,
    words: ['token'],
    env,
    async meanwhile() {
      while (idp.requests.at('token').length === 0) await pause(5);
      killed = await leaseHolder(home);
      if (killed !== undefined) process.kill(killed, 'SIGKILL');
    },
  });
  const ends = {};
  for (const { code } of results) ends[code] = (ends[code] ?? 0) + 1;
  const key = `killed ${when}: ${JSON.stringify(ends)}, ${idp.requests.at('token').length} requests`;
  outcomes[key] = (outcomes[key] ?? 0) + 1;
  seen[`killed ${when}`]++;
  if (killed === undefined || ends.SIGKILL !== 1) return void lost.push(`round ${round}: nobody was killed`);
  if (when === 'before') {
    // nothing was redeemed: the others refresh with the same token
    if (ends[0] !== count - 1) lost.push(`round ${round} (killed before): ${JSON.stringify(ends)}`);
    return proveAlive(round);
  }
  // the new refresh token died with the holder: everybody is told to sign in, and nobody asks for ever
  if (ends[4] !== count - 1 || idp.requests.at('token').length > 2)
    lost.push(`round ${round} (killed after): ${JSON.stringify(ends)}, ${idp.requests.at('token').length} requests`);
  await signIn();
}

const kinds = [
  ...Array.from({ length: namespaces }, () => 'namespaces'),
  ...Array.from({ length: kills }, (_, at) => (at % 2 === 0 ? 'before' : 'after')),
  ...Array.from({ length: Math.max(0, rounds - kills - namespaces) }, () => 'plain'),
].slice(0, rounds);
const IN_NAMESPACE = ['unshare', '--pid', '--fork', '--mount-proc'];

try {
  const began = Date.now();
  await signIn();
  for (const [round, kind] of kinds.entries()) {
    if (kind === 'plain') await plainRound(round, undefined, 'plain');
    else if (kind === 'namespaces') await plainRound(round, [[], IN_NAMESPACE], 'namespaces');
    else await killRound(round, kind);
  }
  const parts = Object.entries(seen).filter(([, times]) => times > 0);
  process.stdout.write(
    `${kinds.length} rounds of ${count} processes in ${Math.round((Date.now() - began) / 1000)} s: ${parts.map(([name, times]) => `${times} ${name}`).join(', ')}; ${lost.length} lost\n`,
  );
  for (const [what, times] of Object.entries(outcomes)) process.stdout.write(`  ${times} × ${what}\n`);
  for (const line of lost) process.stdout.write(`  LOST ${line}\n`);
  process.exitCode = lost.length === 0 ? 0 : 1;
} finally {
  await idp.close();
  await rm(home, { recursive: true, force: true });
}
