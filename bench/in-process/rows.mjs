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

const measured = async (kind, issuer, home, ...more) =>
  JSON.parse((await timed([process.execPath, here('work.mjs'), kind, issuer, ...more], home)).stdout);

const PEERS = ['google-auth-library', '@azure/msal-node', '@azure/identity'];
const millions = (calls) => `${(calls / 1e6).toFixed(2)} M/s`;

/** Microseconds of CPU for a request through Padlock's network door, and through fetch. */
async function cpuRows(issuer, home, runs) {
  const cpu = { door: [], fetch: [] };
  for (let run = 0; run < runs; run++)
    for (const kind of ['door', 'fetch']) cpu[kind].push((await measured(kind, issuer, home)).microseconds);
  const [door, fetch] = [median(cpu.door), median(cpu.fetch)];
  return [
    { what: 'CPU for a token request, network door', figure: `${door.toFixed(0)} µs`, verdicts: [['≤ fetch', door <= fetch]] },
    { what: 'CPU for a token request, fetch', figure: `${fetch.toFixed(0)} µs` },
  ];
}

/** Calls with a good token in hand, each with a fresh literal, in the same run. */
async function warmRows(issuer, home, runs) {
  const speed = new Map(['padlock', ...PEERS].map((library) => [library, []]));
  for (let run = 0; run < runs; run++)
    for (const [library, found] of speed) found.push((await measured('warm', issuer, home, library)).callsPerSecond);
  const of = (library) => median(speed.get(library));
  return [...speed.keys()].map((library) => ({
    what: `a token in hand, ${library}`,
    figure: millions(of(library)),
    ...(library === 'padlock' && { verdicts: [['> google-auth-library', of('padlock') > of('google-auth-library')]] }),
  }));
}

/** Milliseconds: whoever takes longer is asked once. */
const SLOW = 2000;

/** Ten thousand callers before there is a token. A library that is not done in 15 s is told as far as it got. */
async function crowdRows(home, runs) {
  const rows = [];
  for (const library of ['padlock', ...PEERS]) {
    const found = [];
    while (found.length < runs && (found.at(-1)?.milliseconds ?? 0) < SLOW)
      found.push(await withServer(DELAY, (issuer) => measured('crowd', issuer, home, library)));
    const milliseconds = median(found.map((one) => one.milliseconds));
    const requests = Math.max(...found.map((one) => one.requests));
    const what = `10,000 callers, no token yet, ${library}`;
    const isServed = found.every(({ served }) => served === 10_000);
    const figure = isServed ? `${milliseconds.toFixed(0)} ms` : `> ${(milliseconds / 1000).toFixed(0)} s`;
    const own = library === 'padlock';
    rows.push({ what, figure, ...(own && { time: milliseconds, target: DELAY + 60, network: DELAY }) });
    rows.push({ what: '  token requests', figure: String(requests), ...(own && { verdicts: [['1', requests === 1]] }) });
  }
  return rows;
}

/** Rows of what, figure, and verdicts or a target in milliseconds. */
export async function inProcess(home, runs = 5) {
  const fast = await withServer(0, async (issuer) => [...(await cpuRows(issuer, home, runs)), ...(await warmRows(issuer, home, runs))]);
  return [...fast, ...(await crowdRows(home, runs))];
}
