import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ownIdentity } from '../../src/cli/node-process.ts';
import { can, type StoreProcess, startProcess, startProcesses } from './processes.ts';

const NAME = 'session-of-percy';
let home: string;
let directory: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'padlock-home-'));
  directory = join(home, '.local/state/padlock/sessions');
});
afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const leases = (processes: readonly StoreProcess[], milliseconds: number): Promise<readonly boolean[]> =>
  Promise.all(processes.map((each) => each.ask('lease', NAME, milliseconds)));
/** The lease's file as if it had not been touched for so long. */
function age(milliseconds: number): void {
  const then = new Date(Date.now() - milliseconds);
  utimesSync(join(directory, `${NAME}.lease`), then, then);
}

describe('processes that share a home', () => {
  test('make one key, whoever is first', async () => {
    const processes = await Promise.all(Array.from({ length: 6 }, () => startProcess()));
    const keys = await Promise.all(processes.map((each) => each.ask('open', home)));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  test('lose no write', async () => {
    const processes = await startProcesses(6, home);
    await Promise.all(processes.map((each) => each.ask('count', NAME, 40)));
    expect(await processes[0]?.ask('read', NAME)).toBe('240');
    expect(readdirSync(directory).sort()).toEqual(['.swept', NAME, 'store.json', 'store.key']);
  });

  test('hold a lease one at a time', async () => {
    const processes = await startProcesses(5, home);
    for (let round = 0; round < 10; round++) {
      const got = await leases(processes, 5000);
      expect(got.filter(Boolean)).toHaveLength(1);
      expect(
        await leases(
          processes.filter((_, at) => !got[at]),
          5000,
        ),
      ).toEqual([false, false, false, false]);
      await processes[got.indexOf(true)]?.ask('release');
    }
  });
});

describe('the lease of a holder', () => {
  test('that was killed is taken by exactly one of those who wait, at once', async () => {
    const waiting = await startProcesses(5, home);
    for (let round = 0; round < 6; round++) {
      const [holder] = await startProcesses(1, home);
      expect(await holder?.ask('lease', NAME, 60_000)).toBe(true);
      expect(await leases(waiting, 60_000)).toEqual(waiting.map(() => false));
      await holder?.kill();
      const got = await leases(waiting, 60_000);
      expect(got.filter(Boolean)).toHaveLength(1);
      await waiting[got.indexOf(true)]?.ask('release');
    }
    expect(readdirSync(directory).sort()).toEqual(['store.json', 'store.key']);
  });

  test('that is stopped stays its, however long; and it knows that its time is over when it goes on', async () => {
    const [holder, other] = (await startProcesses(2, home)) as [StoreProcess, StoreProcess];
    expect(await holder.ask('lease', NAME, 300)).toBe(true);
    holder.child.kill('SIGSTOP');
    await sleep(1800);
    expect(await other.ask('lease', NAME, 5000)).toBe(false);
    expect(await other.ask('write', NAME, 1)).toBe(true); // signing in needs no lease
    holder.child.kill('SIGCONT');
    expect(await holder.ask('renew')).toBe(false);
    expect(await other.ask('lease', NAME, 5000)).toBe(false);
    await holder.ask('release');
    expect(await other.ask('lease', NAME, 5000)).toBe(true);
  });

  test('whose number belongs to another process now is taken at once', async () => {
    const [other] = (await startProcesses(1, home)) as [StoreProcess];
    const identity = await ownIdentity();
    if (identity.started === undefined) return; // only Linux tells when a process started
    const lease = (process: object): string => JSON.stringify({ process, nonce: crypto.randomUUID(), length: 60_000 });
    writeFileSync(join(directory, `${NAME}.lease`), lease({ ...identity, started: '1' }));
    expect(await other.ask('lease', NAME, 5000)).toBe(true);
    await other.ask('release');
    writeFileSync(join(directory, `${NAME}.lease`), lease(identity));
    expect(await other.ask('lease', NAME, 5000)).toBe(false);
  });

  test.each(['', '{"nonce":', 'null', '{"process":{"pid":"1"},"nonce":"../../x","length":1e300}'])(
    'who left it as %j is taken when it is two seconds old, and not at once',
    async (text) => {
      const [other] = (await startProcesses(1, home)) as [StoreProcess];
      writeFileSync(join(directory, `${NAME}.lease`), text);
      age(0);
      expect(await other.ask('lease', NAME, 5000)).toBe(false);
      age(2000);
      expect(await other.ask('lease', NAME, 5000)).toBe(true);
    },
  );
});

const UNSHARE = ['unshare', '-rpf', '--mount-proc', '--kill-child'];
const hasNamespaces = can('unshare', ...UNSHARE.slice(1), 'true');
(hasNamespaces ? describe : describe.skip)('containers that share a home', () => {
  const inside = async (): Promise<StoreProcess> => {
    const started = await startProcess(UNSHARE);
    await started.ask('open', home);
    return started;
  };

  test('lose no write', async () => {
    mkdirSync(home, { recursive: true });
    const processes = [await inside(), await inside(), ...(await startProcesses(2, home))];
    await Promise.all(processes.map((each) => each.ask('count', NAME, 30)));
    expect(await processes[0]?.ask('read', NAME)).toBe('120');
  });

  test('believe in a lease of the other until it ends, whatever process bears its number here', async () => {
    const [holder, [other]] = [await inside(), (await startProcesses(1, home)) as [StoreProcess]];
    expect(await holder.ask('lease', NAME, 60_000)).toBe(true);
    await holder.kill();
    expect(await other.ask('lease', NAME, 5000)).toBe(false);
    age(58_000);
    expect(await other.ask('lease', NAME, 5000)).toBe(false);
    age(62_000);
    expect(await other.ask('lease', NAME, 5000)).toBe(true);
  });

  test('do not take a lease that is renewed', async () => {
    const [holder, [other]] = [await inside(), (await startProcesses(1, home)) as [StoreProcess]];
    expect(await holder.ask('lease', NAME, 60_000)).toBe(true);
    for (let beat = 0; beat < 3; beat++) {
      age(62_000);
      expect(await holder.ask('renew')).toBe(true);
      expect(await other.ask('lease', NAME, 5000)).toBe(false);
    }
    await holder.ask('release');
    expect(await other.ask('lease', NAME, 5000)).toBe(true);
  });
});
