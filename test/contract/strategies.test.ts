import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { nodeHost } from '../../src/cli/node-host.ts';
import { storeChecks } from '../../src/core/contract/store.ts';
import { checkStrategy } from '../../src/core/contract-checks.ts';
import { KINDS } from '../../src/core/contracts.ts';
import { strategies } from '../../src/strategies/index.ts';

/** Checks that cannot be tried on a strategy, because of what it is. Everything else has to pass. */
const NOT_FOR: Readonly<Record<string, readonly string[]>> = {
  'grant authorization-code': ['keeps secrets out of its errors and out of what it shows'],
  'grant client-credentials': ['keeps secrets out of its errors and out of what it shows'],
  'grant device-code': ['keeps secrets out of its errors and out of what it shows'],
  'client-auth none': ['carries a client id and a secret of any characters'],
  // The connection is what proves them.
  'client-auth tls-client-auth': ['carries a client id and a secret of any characters'],
  'client-auth self-signed-tls-client-auth': ['carries a client id and a secret of any characters'],
  // It refuses the client id of the checks, which has a colon.
  'client-auth client-secret-basic-raw': [
    'adds one way of authentication, not several',
    'leaves the form and the headers as they were',
    'carries a client id and a secret of any characters',
  ],
  'formatter table': ['for programs: is one document that reads back as it was'],
  'formatter raw': ['for programs: is one document that reads back as it was'],
  'formatter yaml': ['for programs: is one document that reads back as it was'],
  'formatter header': ['for programs: is one document that reads back as it was'],
  'formatter curl-config': ['for programs: is one document that reads back as it was'],
  'formatter env': ['for programs: is one document that reads back as it was'],
  'formatter dotenv': ['for programs: is one document that reads back as it was'],
  'formatter github-env': ['for programs: is one document that reads back as it was'],
  'formatter kubectl': ['for programs: is one document that reads back as it was'],
  // It wants a JWT-SVID; a keyring is in test/interop.
  'source spiffe': ['returns the secret as text'],
  'source keyring': ['returns the secret as text', 'fails with config_missing_credential when nothing is there'],
  // These run against real ones in test/interop.
  'store redis': storeChecks().map(({ name }) => name),
  'store keyring': storeChecks().map(({ name }) => name),
};

/** Stores keep their things in a home of their own. */
const home = mkdtempSync(join(tmpdir(), 'padlock-contract-'));
afterAll(() => rmSync(home, { recursive: true }));
const store = { files: new NodeFiles(), host: nodeHost({ HOME: home }) };
const ports = { files: new NodeFiles(), host: nodeHost({ HOME: home, GITHUB_ENV: join(home, 'github-env') }) };

describe.each(strategies.map((strategy) => [`${strategy.kind} ${strategy.name}`, strategy] as const))('the %s', (title, strategy) => {
  test('keeps the contract of its kind', async () => {
    const skipped: string[] = [];
    for await (const { name, verdict, detail } of checkStrategy(strategy, { store, ports })) {
      if (verdict === 'skipped') skipped.push(name);
      else expect([name, verdict, detail]).toEqual([name, 'pass', '']);
    }
    expect(skipped).toEqual(NOT_FOR[title] ?? []);
  });
});

const FOLDERS = {
  grant: 'grants',
  'client-auth': 'client-auth',
  verifier: 'verifiers',
  formatter: 'formatters',
  source: 'sources',
  store: 'stores',
  provider: 'providers',
} as const;
describe.each(KINDS)('every file of the kind %s', (kind) => {
  const names = readdirSync(new URL(`../../src/strategies/${FOLDERS[kind]}/`, import.meta.url)).map((file) => file.replace(/\.ts$/, ''));

  test.each(names)('%s is in the list of strategies', (name) => {
    const listed = strategies.filter((strategy) => strategy.kind === kind).map((strategy) => strategy.name);
    if (!listed.includes(name))
      throw new Error(`src/strategies/${FOLDERS[kind]}/${name}.ts is not in src/strategies/index.ts, or is not named like its file.`);
  });
});
