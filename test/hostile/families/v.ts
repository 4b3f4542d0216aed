/** V: signing in elsewhere, with a code on any device or in a browser that comes back to this machine. */
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Launched } from '../../support/launch.ts';
import { knowing } from '../fingerprint.ts';
import { raw, refusal } from '../network/answer.ts';
import type { Script } from '../network/provider.ts';
import type { Provocation, Row, World } from '../row.ts';
import { firstWatched } from '../watched.ts';

/** Waits of a second or more are written down and then take a hundredth, but for the 30 s of a request, which is no wait. */
const FAST = `
  const { appendFileSync } = require('node:fs');
  const { setTimeout: wait } = globalThis;
  globalThis.setTimeout = (work, ms, ...more) => {
    if (!(ms >= 900) || ms === 30000) return wait(work, ms, ...more);
    appendFileSync(process.env.HOME + '/work/waits', Math.round(ms / 1000) + '\\n');
    return wait(work, ms / 100, ...more);
  };`;
/** Seconds. */
const waits = (home: string): readonly number[] =>
  existsSync(join(home, 'work/waits')) ? readFileSync(join(home, 'work/waits'), 'utf8').trim().split('\n').map(Number) : [];

const PENDING = refusal('authorization_pending');
const SLOW = refusal('slow_down');
const DEVICE: Provocation = { args: ['auth'], env: { PADLOCK_FLOW: 'device-code' }, preload: FAST };
type Waited = readonly number[];
const device = (id: string, what: string, answers: Script, waited: Waited | undefined, more: Partial<Row> = {}): Row => ({
  id,
  what,
  answers,
  run: DEVICE,
  exit: 0,
  ...(waited && { check: (_, { home }: World) => expect(waits(home)).toEqual(waited) }),
  ...more,
});
const interval = (value: unknown): Script => ({ device: { members: { interval: value } } });
const BAD_SHAPE = { exit: 7, code: 'proto_bad_shape' } as const;

const DEVICES: readonly Row[] = [
  device('V1', 'no interval: five seconds', interval(undefined), [5]),
  device('V2zero', 'an interval of nothing: a second', interval(0), [1]),
  device('V2negative', 'an interval before now: a second', interval(-1), [1]),
  device('V2huge', 'an interval of years: a minute', interval(1e9), [60]),
  device('V2text', 'an interval as a text', interval('5'), [5]),
  device('V2word', 'an interval that is none', interval('soon'), [], BAD_SHAPE),
  device(
    'V3',
    'slow_down three times, measured from the answer',
    { ...interval(5), token: [{ ...SLOW, after: 300 }, { ...SLOW, after: 300 }, { ...SLOW, after: 300 }, {}] },
    [5, 10, 15, 20],
  ),
  device('V4', 'access_denied after a while', { token: [PENDING, PENDING, refusal('access_denied')] }, [1, 1, 1], {
    exit: 4,
    code: 'auth_access_denied',
  }),
  device('V5a', 'expired_token after a while', { token: [PENDING, refusal('expired_token')] }, [1, 1], { exit: 4, code: 'auth_expired' }),
  device('V5b', 'a provider that forgets to say that it expired', { device: { members: { expires_in: 2 } }, token: PENDING }, undefined, {
    exit: 4,
    code: 'auth_expired',
    run: { ...DEVICE, preload: '' },
  }),
  device('V6reset', 'a connection that is reset while polling', { token: [PENDING, raw('reset'), {}] }, [1, 1, 1]),
  device(
    'V6half',
    'half an answer while polling',
    { token: [raw({ send: 'HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{' }), {}] },
    [1, 1],
  ),
  device('V6busy', 'a provider that is down while polling', { token: [{ status: 503, body: '' }, {}] }, [1, 1]),
  device('V7', '429 while polling is slow_down', { token: [{ status: 429, body: '' }, PENDING, {}] }, [1, 6, 6]),
];

/** A browser that writes down that it was opened. */
const OPENER: Provocation = {
  args: ['auth', '--browser'],
  env: { PADLOCK_FLOW: 'device-code', BROWSER: 'touch opened' },
};
const address = (id: string, what: string, members: Readonly<Record<string, unknown>>, run = OPENER): Row => ({
  id,
  what,
  answers: { device: { members } },
  run,
  ...BAD_SHAPE,
  check: (_, { home, idp }) => {
    expect(existsSync(join(home, 'work/opened'))).toBe(false);
    expect(idp.at('token')).toEqual([]);
  },
});
const ADDRESSES: readonly Row[] = [
  address('V8script', 'an address that is a program', { verification_uri: 'javascript:alert(1)' }),
  address('V8http', 'an address without TLS', { verification_uri: 'http://id.example/device' }),
  address('V8file', 'a shortcut to a file', { verification_uri_complete: 'file:///etc/passwd' }),
  address('V8plain', 'a shortcut without TLS', { verification_uri_complete: 'http://id.example/device?code=WDJB-MJHT' }),
  address('V9esc', 'a code that would take over the terminal', { user_code: 'WD\u001b]0;x\u0007JB' }),
  address('V9long', 'a code of 10 kB', { user_code: 'W'.repeat(10_000) }),
  address('V9bidi', 'a code that reads backwards', { user_code: 'WDJB\u202eMJHT' }),
];

const BROWSER: Provocation = { args: ['auth'], env: { PADLOCK_FLOW: 'authorization-code', PADLOCK_NO_BROWSER: '1' } };
interface Loopback {
  readonly authorize: string;
  readonly port: number;
  readonly host: string;
}
/** Where it says that one has to go, and where it waits for who comes back. */
async function waiting(running: Launched): Promise<Loopback> {
  const said = await running.until(/authorize\?[^\s"]+/);
  const authorize = /http:\/\/[^\s"]+\/authorize\?[^\s"]+/.exec(said)?.[0] ?? '';
  const { hostname, port } = new URL(new URL(authorize).searchParams.get('redirect_uri') ?? '');
  return { authorize, port: Number(port), host: hostname.replace(/[[\]]/g, '') };
}
/** The browser: through the provider, and back. */
async function browse({ authorize }: Loopback): Promise<string> {
  const back = (await fetch(authorize, { redirect: 'manual' })).headers.get('location') ?? '';
  return (await fetch(back)).text();
}
const isOpen = ({ host, port }: Loopback): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host, () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** Goes back with something else than the provider said. */
const returning = (
  id: string,
  what: string,
  change: Readonly<Record<string, string | null>>,
  exit: number,
  code: NonNullable<Row['code']>,
): Row => ({
  id,
  what: `the browser comes back with ${what}`,
  answers: {},
  run: {
    ...BROWSER,
    during: knowing({ change }, async (running: Launched) => {
      const loopback = await waiting(running);
      const back = new URL((await fetch(loopback.authorize, { redirect: 'manual' })).headers.get('location') ?? '');
      for (const [name, value] of Object.entries(change)) {
        if (value === null) back.searchParams.delete(name);
        else back.searchParams.set(name, value);
      }
      await fetch(back);
      await running.ended;
      expect(await isOpen(loopback)).toBe(false);
    }),
  },
  exit,
  code,
  once: 'the browser was watched without a terminal',
  check: (_, { idp }) => expect(idp.at('token')).toEqual([]),
});
const RETURNS: readonly Row[] = [
  returning('V10state', 'another state', { state: 'another' }, 7, 'proto_bad_shape'),
  returning('V10iss', 'another issuer', { iss: 'https://id.example' }, 7, 'proto_bad_shape'),
  returning('V10code', 'no code', { code: null }, 7, 'proto_bad_shape'),
  returning('V10denied', 'a refusal', { code: null, error: 'access_denied' }, 4, 'auth_access_denied'),
  {
    id: 'V10closed',
    what: 'the port is closed as soon as the browser came back',
    answers: { token: { after: 'opened' } },
    run: {
      ...BROWSER,
      during: async (running, { idp }) => {
        const loopback = await waiting(running);
        const page = browse(loopback);
        await idp.asked('token');
        expect(await isOpen(loopback)).toBe(false);
        idp.open();
        await page;
      },
    },
    exit: 0,
    once: 'the browser was watched without a terminal',
  },
];

/** Bytes to the port, until it is closed or has answered. */
const say = ({ host, port }: Loopback, text: string): Promise<string> =>
  new Promise((resolve) => {
    let heard = '';
    const socket = connect(port, host, () => socket.write(text));
    socket
      .setEncoding('latin1')
      .on('data', (chunk) => {
        heard += String(chunk);
      })
      .on('error', () => {})
      .on('close', () => resolve(heard));
  });
const head = (line: string): string => `${line} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`;
/** Somebody else comes first, and then the browser. */
const stray = (id: string, what: string, text: string, answer: RegExp | undefined): Row => ({
  id,
  what: `${what} at the port that waits for the browser`,
  answers: {},
  run: {
    ...BROWSER,
    during: knowing({ text: text.slice(0, 1000), size: text.length }, async (running: Launched) => {
      const loopback = await waiting(running);
      const heard = say(loopback, text);
      if (answer !== undefined) expect(await heard).toMatch(answer);
      expect(await browse(loopback)).toContain('signed in');
    }),
  },
  exit: 0,
  once: 'the browser was watched without a terminal',
});
const STRAYS: readonly Row[] = [
  stray('V11icon', 'a browser’s wish for an icon', head('GET /favicon.ico'), /^HTTP\/1.1 404/),
  stray('V11bare', 'the right path and nothing else', head('GET /callback'), /^HTTP\/1.1 404/),
  stray('V11head', 'HEAD', head('HEAD /callback?code=x&state=y'), /^HTTP\/1.1 405/),
  stray('V11post', 'POST', head('POST /callback?code=x&state=y'), /^HTTP\/1.1 405/),
  stray('V11long', 'an address of 1 MB', head(`GET /callback?code=${'x'.repeat(1024 * 1024)}`), /^(HTTP\/1.1 431[\s\S]*)?$/),
  stray('V11garbage', 'what is no HTTP', '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n', /^(HTTP\/1.1 400[\s\S]*)?$/),
  stray('V11slow', 'a request that never ends', 'GET /callback?code=x HTTP/1.1\r\nhost: x\r\nx-slow: ', undefined),
];

/** A port that is somebody else's. */
const taken = async ({ net }: World): Promise<number> => (await net.listen(createServer((socket) => socket.destroy()))).port;
const back: Provocation['during'] = async (running) => void (await browse(await waiting(running)));
const PORTS: readonly Row[] = [
  {
    id: 'V12a',
    what: 'the first port is taken, and the second is not',
    answers: {},
    run: async (world) => ({
      ...BROWSER,
      args: ['auth', '--redirect-uri', `http://127.0.0.1:${await taken(world)}/callback`, '--redirect-uri', 'http://127.0.0.1/callback'],
      during: back,
    }),
    exit: 0,
    once: 'the browser was watched without a terminal',
  },
  {
    id: 'V12b',
    what: 'every port is taken',
    answers: {},
    run: async (world) => ({ ...BROWSER, args: ['auth', '--redirect-uri', `http://127.0.0.1:${await taken(world)}/callback`] }),
    exit: 6,
    code: 'net_connect',
  },
];

const unopened = (id: string, what: string, BROWSER_IS: string): Row => ({
  id,
  what: `a browser that ${what}`,
  answers: {},
  run: {
    args: ['auth'],
    plain: true,
    env: { PADLOCK_FLOW: 'authorization-code', BROWSER: BROWSER_IS },
    during: async (running) => {
      const loopback = await waiting(running);
      await running.until(/No browser could be opened/);
      await browse(loopback);
    },
  },
  exit: 0,
  once: 'the browser was watched without a terminal',
});
const PATIENCE: readonly Row[] = [
  unopened('V13a', 'fails', 'false'),
  unopened('V13b', 'is not there', '/nonexistent/browser'),
  {
    id: 'V14',
    what: 'nobody comes back from the browser',
    answers: {},
    run: { ...BROWSER, args: ['auth', '--login-timeout', '1'] },
    exit: 4,
    code: 'auth_timeout',
    check: ({ error }) => expect(error?.hint).toContain('--login-timeout'),
  },
];

export const V: readonly Row[] = firstWatched([...DEVICES, ...ADDRESSES, ...RETURNS, ...STRAYS, ...PORTS, ...PATIENCE]);
