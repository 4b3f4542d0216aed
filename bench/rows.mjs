/** What is run, how its output is known to be right, and what is wanted of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const peer = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const node = process.execPath;

const isNothing = ({ stdout, stderr }) => stdout === '' && stderr === '';
const isTable = ({ stdout, stderr }) =>
  stderr === '' && /^Robin Percy\n.*\nrobin@percy\.test +robin +percy\|59f2c1a7b0d34e6f\n$/s.test(stdout);
const isClaims = ({ stdout, stderr }) => {
  const { email, nickname, sub } = JSON.parse(stdout);
  return stderr === '' && `${email} ${nickname} ${sub}` === 'robin@percy.test robin percy|59f2c1a7b0d34e6f';
};

/**
 * A row: `name`, `command`, `home`, `isRight(output)`, `before()` each run, and targets: `ratio` to `node -e 0`, `milliseconds` (of them `network` in waiting), `megabytes`,
 * and `share: [name, factor]`, a part of another row of the same run. shared/performance tells where they come from.
 */
export function rowsOf(padlock, { homes, settings, forget }, version) {
  const bin = (...args) => [node, join(padlock, 'dist/bin/padlock.cjs'), ...args];
  const cold = { before: forget, home: homes.cold };
  /** The token that was signed in for, and not a request. */
  const stored = (home) => ({ home, isRight: ({ stderr, stdout }) => stderr === '' && stdout === homes.token, requests: 0 });
  const scripts = [
    { name: 'by hand with fetch, 30 lines', file: 'by-hand.mjs' },
    { name: 'openid-client and jose, a script', file: 'openid-client-jose.mjs' },
  ];
  const curl = ['/usr/bin/curl', '/usr/bin/jq'].every((file) => existsSync(file));
  return [
    { name: 'node -e 0', command: [node, '-e', '0'], isRight: isNothing },
    { name: 'padlock --version', command: bin('--version'), isRight: ({ stdout }) => stdout === `${version}\n`, ratio: 1.2 },
    { name: 'padlock --help', command: bin('--help'), isRight: ({ stdout }) => stdout.includes('\nUsage: padlock COMMAND'), ratio: 2.8 },
    {
      name: 'padlock auth, http',
      command: bin('auth', '-p', 'near'),
      isRight: isTable,
      ratio: 4.2,
      megabytes: 52,
      share: ['openid-client and jose, a script', 0.6],
    },
    { name: 'padlock token, stored and encrypted', command: bin('token', '-p', 'near'), ...stored(homes.one), ratio: 2.0 },
    { name: 'padlock token, 10 stored sessions', command: bin('token', '-p', 'near'), ...stored(homes.ten) },
    {
      name: 'padlock token, 10,000 stored sessions',
      command: bin('token', '-p', 'near'),
      ...stored(homes.tenThousand),
      share: ['padlock token, 10 stored sessions', 1.1],
    },
    { name: 'padlock auth, http, nothing cached', command: bin('auth', '-p', 'near'), ...cold, isRight: isTable },
    { name: 'padlock auth, https', command: bin('auth', '-p', 'safe'), isRight: isTable },
    ...scripts.map(({ name, file }) => ({ name, command: [node, peer(file), settings.near.json], isRight: isClaims })),
    ...(curl
      ? [{ name: 'curl | jq, no verification', command: [peer('curl-jq.sh'), settings.near.token, settings.near.form], isRight: isClaims }]
      : []),
    {
      name: 'padlock auth, 40 ms a request, nothing cached',
      command: bin('auth', '-p', 'far'),
      ...cold,
      isRight: isTable,
      milliseconds: 195,
      network: 80,
    },
    { name: 'padlock auth, 40 ms a request', command: bin('auth', '-p', 'far'), isRight: isTable, milliseconds: 110, network: 40 },
    ...scripts.map(({ name, file }) => ({
      name: `${name}, 40 ms a request`,
      command: [node, peer(file), settings.far.json],
      isRight: isClaims,
    })),
  ].map((row) => ({ home: homes.warm, before: async () => {}, ...row }));
}
