/**
 * The rotation race between machines: processes with homes of their own, which share nothing but a Redis server.
 *
 *   node scripts/race/redis.mjs [--rounds 50] [--kills 10] [--deaths 2] [--processes 25]
 *
 * In `--kills` of the rounds Redis is killed while one process refreshes, and started again; it answers for what it wrote (appendfsync always).
 * What could not be written then waits on the machine that refreshed, and must be there again with its next command. In `--deaths` the process that
 * refreshes, one of five, is killed with the provider's answer in its hands: its lease has to end before the others give up. At the end Redis is stopped:
 * every process has to say so in time. Prints one line, and one for whatever was lost; the exit code is 1 if anything was.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { pause, race } from './racers.mjs';
import { Rounds } from './rounds.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    kills: { type: 'string', default: '10' },
    deaths: { type: 'string', default: '2' },
    processes: { type: 'string', default: '25' },
  },
});
const [rounds, kills, deaths, count] = ['rounds', 'kills', 'deaths', 'processes'].map((name) => Number(values[name]));
/** Milliseconds until a process has to have said that Redis is away, on a busy machine. */
const IN_TIME = 15_000;

const run = promisify(execFile);
const SERVER = 'test/interop/servers/redis.sh';
const state = await mkdtemp(join(tmpdir(), 'padlock-redis-'));
const env = { ...process.env, PORT: String(20_000 + Math.floor(Math.random() * 4000) * 2), STATE: join(state, 'server') };
const homes = await Promise.all(
  Array.from({ length: count }, async (_, at) => {
    const home = join(state, `home-${at}`);
    await mkdir(home);
    return home;
  }),
);
const server = JSON.parse((await run(SERVER, ['start'], { env })).stdout);

const isRunning = async (pid) => !/^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: Z'));
async function end(signal) {
  const pid = Number(await readFile(server.pidfile, 'utf8'));
  process.kill(pid, signal);
  while (await isRunning(pid)) await pause(5);
}
async function start() {
  await run('redis-server', [server.config]);
  const options = { env: { ...process.env, REDISCLI_AUTH: server.password } };
  const answers = () => run('redis-cli', ['-p', new URL(server.url).port, 'ping'], options).catch(() => ({ stdout: '' }));
  while (!(await answers()).stdout.startsWith('PONG')) await pause(20);
}

/** The machine that keeps what it could not write. */
async function waiting() {
  for (const [at, home] of homes.entries()) {
    const folder = join(home, '.local/state/padlock/spill');
    if (existsSync(folder) && (await readdir(folder)).length > 0) return at;
  }
  return undefined;
}

const played = await Rounds.start({
  count,
  envOf: (at) => ({
    HOME: homes[at],
    PADLOCK_STORE: 'redis',
    PADLOCK_REDIS_URL: server.limited,
    PADLOCK_STORE_KEY: 'qS3mXo0k3h0m0N2b7d1m3l2y9Z8cJ4v5a6t7u8w9x0A',
  }),
});
try {
  await played.signIn();
  for (let round = kills + deaths; round < rounds; round++) await played.play('plain');
  for (let round = 0; round < deaths; round++) await played.play('killed answered', { count: 5 });
  let spilled = 0;
  for (let round = 0; round < kills; round++) {
    const results = await played.play('Redis killed', {
      delay: 1000,
      meanwhile: async () => {
        await played.asked();
        await end('SIGKILL');
        await pause(round % 2 === 0 ? 0 : 2000); // so that it is away when the answer is to be kept
        await start();
      },
      provedBy: async () => {
        const at = await waiting();
        if (at !== undefined) spilled++;
        return at;
      },
    });
    const odd = results.find(({ code }) => code !== 0 && code !== 9);
    if (odd !== undefined) played.lose(`(Redis killed) exit ${odd.code}: ${odd.stderr}`);
  }

  await end('SIGTERM');
  const away = await race({ count, words: ['token', '--json'], env: played.env });
  for (const { code, ms, stderr } of away)
    if (code !== 9 || ms > IN_TIME) played.lose(`(Redis stopped) exit ${code} after ${ms} ms: ${stderr}`);
  await start();
  await played.play('after a stop');
  played.report(`; ${spilled} answers kept by a machine while Redis was away`);
} finally {
  await played.close();
  await run(SERVER, ['stop'], { env });
  await rm(state, { recursive: true, force: true });
}
