/** What Padlock costs inside a program that stays: CPU, calls, a crowd. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, timed } from '../measure.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Milliseconds that the token endpoint takes while the crowd waits. */
const DELAY = 50;

async function withServer(delay, use) {
  const server = fork(here('server.mjs'), [String(delay)], { env: {} });
  const [issuer] = await once(server, 'message');
  try {
    return await use(issuer);
  } finally {
    server.disconnect();
  }
}

const measured = async (kind, issuer, home) => JSON.parse((await timed([process.execPath, here('work.mjs'), kind, issuer], home)).stdout);

/** Rows of [what, figure, target, holds]. */
export async function inProcess(home, runs = 5) {
  const cpu = { door: [], fetch: [] };
  const warm = [];
  await withServer(0, async (issuer) => {
    for (let run = 0; run < runs; run++) {
      for (const kind of ['door', 'fetch']) cpu[kind].push((await measured(kind, issuer, home)).microseconds);
      warm.push((await measured('warm', issuer, home)).callsPerSecond);
    }
  });
  const crowd = await withServer(DELAY, (issuer) => measured('crowd', issuer, home));
  const [door, fetch] = [median(cpu.door), median(cpu.fetch)];
  return [
    ['CPU for a token request, network door', `${door.toFixed(0)} µs`, '≤ fetch', door <= fetch],
    ['CPU for a token request, fetch', `${fetch.toFixed(0)} µs`],
    ['token() with a good token in hand', `${(median(warm) / 1e6).toFixed(2)} M/s`],
    ['10,000 callers, no token yet: requests', String(crowd.requests), '1', crowd.requests === 1],
    [
      `10,000 callers, no token yet, endpoint ${DELAY} ms`,
      `${crowd.milliseconds.toFixed(0)} ms`,
      `≤ ${DELAY + 60} ms`,
      crowd.milliseconds <= DELAY + 60,
    ],
  ];
}
