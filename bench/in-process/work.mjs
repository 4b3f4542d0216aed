/** One measurement in a process of its own. `node work.mjs door|fetch|warm|crowd ISSUER` prints it as JSON. */

import { createPadlockContainer, Http, resolve } from '../../dist/container.js';
import { createPadlock } from '../../dist/index.js';

const [kind, issuer] = process.argv.slice(2);
const url = `${issuer}/token`;
const body = 'grant_type=client_credentials&client_id=bench&client_secret=a-secret-of-the-bench';
const headers = { 'content-type': 'application/x-www-form-urlencoded' };
const options = () => ({ issuer, clientId: 'bench', clientSecret: 'a-secret-of-the-bench', flow: 'client-credentials' });

const http = resolve(createPadlockContainer({}), Http);
const door = async () =>
  JSON.parse(new TextDecoder().decode((await http.send({ method: 'POST', url, headers, body, purpose: 'bench' })).body));
const global = async () => (await fetch(url, { method: 'POST', headers, body })).json();

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

/** Calls a second of a Padlock that holds a good token, a fresh literal for each. */
async function warm() {
  const padlock = createPadlock(options());
  const many = async (count) => {
    for (let done = 0; done < count; done++)
      if ((await padlock.token({ scope: ['read'] })).value !== 'opaque') throw new Error('another token');
  };
  await many(100_000);
  const started = performance.now();
  await many(500_000);
  return { callsPerSecond: 500_000 / ((performance.now() - started) / 1000) };
}

/** Ten thousand who ask at the same time, before there is a token. */
async function crowd() {
  const padlock = createPadlock(options());
  const started = performance.now();
  await Promise.all(Array.from({ length: 10_000 }, () => padlock.token({ scope: ['read'] })));
  const milliseconds = performance.now() - started;
  return { milliseconds, ...(await (await fetch(`${issuer}/requests`)).json()) };
}

const kinds = { door: () => cpu(door), fetch: () => cpu(global), warm, crowd };
process.stdout.write(JSON.stringify(await kinds[kind]()));
process.exit();
