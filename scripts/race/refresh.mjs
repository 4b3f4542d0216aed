/**
 * The rotation race: many `padlock token` at once on one expired session, with default settings and one home.
 *
 *   node scripts/race/refresh.mjs [--rounds 200] [--kills 30] [--namespaces 10] [--others 2] [--processes 25]
 *
 * `--kills` of the rounds kill the process that refreshes, a third each: before the provider handles its request, with the answer in its hands
 * and nothing kept, and with the new refresh token kept and nothing else. `--namespaces` of them run in two pid namespaces, where they can be
 * had. `--others` each: 10 and 50 processes, a provider that takes two seconds, and one that is busy at first. Prints one line, and one for whatever was lost; the exit code is 1 if anything was.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Rounds } from './rounds.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    kills: { type: 'string', default: '30' },
    namespaces: { type: 'string', default: '10' },
    others: { type: 'string', default: '2' },
    processes: { type: 'string', default: '25' },
  },
});
const IN_NAMESPACE = ['unshare', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'];
const OTHERS = [['of 10', { count: 10 }], ['of 50', { count: 50 }], ['slow', { delay: 2000 }], ['busy']];
const KILLS = ['killed before', 'killed answered', 'killed committed'];

function namespaces() {
  const wanted = Number(values.namespaces);
  try {
    if (wanted > 0) execFileSync(IN_NAMESPACE[0], [...IN_NAMESPACE.slice(1), 'true'], { stdio: 'pipe' });
    return wanted;
  } catch (error) {
    process.stdout.write(`No rounds in pid namespaces: ${String(error.stderr ?? error.message).trim()}\n`);
    return 0;
  }
}

const [rounds, kills, others, inside] = [Number(values.rounds), Number(values.kills), Number(values.others), namespaces()];
const home = await mkdtemp(join(tmpdir(), 'padlock-home-'));
const played = await Rounds.start({ count: Number(values.processes), envOf: () => ({ HOME: home }) });
try {
  await played.signIn();
  for (let round = 0; round < inside; round++) await played.play('namespaces', { prefixes: [[], IN_NAMESPACE] });
  for (let round = 0; round < kills; round++) await played.play(KILLS[round % KILLS.length]);
  for (let round = 0; round < others; round++) for (const [kind, how] of OTHERS) await played.play(kind, how);
  for (let round = inside + kills + others * OTHERS.length; round < rounds; round++) await played.play('plain');
  played.report();
} finally {
  await played.close();
  await rm(home, { recursive: true, force: true });
}
