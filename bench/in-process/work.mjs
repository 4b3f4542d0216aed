/** One measurement in a process of its own. `node work.mjs door|fetch ISSUER`, `node work.mjs warm|crowd ISSUER LIBRARY` prints it as JSON. */

import { createPadlockContainer, Http, resolve } from '../../dist/container.js';
import { createPadlock } from '../../dist/index.js';
import { PEERS } from './peers.mjs';

const [kind, issuer, library] = process.argv.slice(2);
const url = `${issuer}/token`;
const body = 'grant_type=client_credentials&client_id=bench&client_secret=a-secret-of-the-bench';
const headers = { 'content-type': 'application/x-www-form-urlencoded' };
/** Milliseconds after which a crowd that is not served is counted as it stands. */
const PATIENCE = 15_000;

const http = resolve(createPadlockContainer({}), Http);
const door = async () =>
  JSON.parse(new TextDecoder().decode((await http.send({ method: 'POST', url, headers, body, purpose: 'bench' })).body));
const global = async () => (await fetch(url, { method: 'POST', headers, body })).json();

/** A fresh literal for each call. */
function padlock() {
  const own = createPadlock({ issuer, clientId: 'bench', clientSecret: 'a-secret-of-the-bench', flow: 'client-credentials' });
  return async () => (await own.token({ scope: ['read'] })).value;
}
const tokens = () => (library === 'padlock' ? padlock() : PEERS[library](issuer));

/** Microseconds of CPU, user and system, for each request. */
async function cpu(request) {
  const many = async (count) => {
    for (let done = 0; done < count; done++) if ((await request()).access_token !== 'opaque') throw new Error('another answer');
  };
  await many(1000);
  const before = process.cpuUsage();
  await many(4000);
  const { user, system } = process.cpuUsage(before);
  return { microseconds: (user + system) / 4000 };
}

/** Calls a second once there is a good token: as many as fit into a second, after a warm-up. */
async function warm() {
  const token = await tokens();
  const many = async (milliseconds) => {
    const started = performance.now();
    let calls = 0;
    for (; performance.now() - started < milliseconds; calls += 100)
      for (let call = 0; call < 100; call++) if ((await token()) !== 'opaque') throw new Error('another token');
    return calls / ((performance.now() - started) / 1000);
  };
  await many(500);
  return { callsPerSecond: await many(1000) };
}

/** Ten thousand who ask at the same time, before there is a token; `served`: how many had one before the patience ended. */
async function crowd() {
  const token = await tokens();
  let served = 0;
  const one = async () => {
    if ((await token()) !== 'opaque') throw new Error('another token');
    served++;
  };
  const started = performance.now();
  const all = Promise.all(Array.from({ length: 10_000 }, one));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  const milliseconds = performance.now() - started;
  return { milliseconds, served, ...(await (await fetch(`${issuer}/requests`)).json()) };
}

const kinds = { door: () => cpu(door), fetch: () => cpu(global), warm, crowd };
process.stdout.write(JSON.stringify(await kinds[kind]()));
process.exit();
