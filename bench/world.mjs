/** What a user of Padlock has: a home with a configuration file and profiles; and providers to sign in to: http, https, far away. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const PRIVATE = { mode: 0o600 };

/** Milliseconds that a far provider adds to each answer. */
export const FAR = 40;

async function certificate(folder) {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', '/CN=Padlock bench'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}

const profile = (name, { issuer, clientId, clientSecret, scope }, ca) =>
  [
    `  ${name}:`,
    `    issuer: ${issuer}`,
    `    client_id: ${clientId}`,
    `    client_secret: ${JSON.stringify(clientSecret)}`,
    '    flow: password',
    '    username: robin@percy.test',
    '    password: { file: password }',
    `    scope: [${scope.join(', ')}]`,
    '    accept_deprecated: true',
    ...(ca ? [`    ca_file: ${ca}`] : []),
  ].join('\n');

/** A home with the three profiles; `clients` by profile. */
async function createHome(home, clients, ca) {
  const config = join(home, '.config/padlock');
  await mkdir(config, { recursive: true, mode: 0o700 });
  await writeFile(join(config, 'password'), 'pa55word\n', PRIVATE);
  const profiles = Object.entries(clients).map(([name, client]) => profile(name, client, name === 'safe' ? ca : undefined));
  await writeFile(join(config, 'config.yaml'), `default_profile: near\nprofiles:\n${profiles.join('\n')}\n`, PRIVATE);
  return home;
}

/** `padlock` is the folder of the unpacked package. */
export async function createWorld(padlock) {
  const { startSandbox } = await import(pathToFileURL(join(padlock, 'dist/sandbox/index.js')).href);
  const home = await mkdtemp(join(tmpdir(), 'padlock-bench-'));
  const tls = await certificate(home);
  const providers = {
    near: await startSandbox(),
    safe: await startSandbox({ tls }),
    far: await startSandbox({ delay: FAR }),
  };
  const clients = Object.fromEntries(Object.entries(providers).map(([name, provider]) => [name, provider.client('password', 'rs256')]));
  const ca = join(home, 'cert.pem');
  const homes = { warm: await createHome(join(home, 'warm'), clients, ca), cold: await createHome(join(home, 'cold'), clients, ca) };

  Object.assign(homes, await signedInHomes(home, homes.warm, padlock));

  const settings = {};
  for (const [name, { issuer, clientId, clientSecret, scope }] of Object.entries(clients)) {
    const values = { issuer, clientId, clientSecret, username: 'robin@percy.test', password: 'pa55word', scope: scope.join(' ') };
    const form = { grant_type: 'password', client_id: clientId, client_secret: clientSecret };
    const { username, password } = values;
    await writeFile(join(home, `${name}.json`), JSON.stringify(values), PRIVATE);
    await writeFile(join(home, `${name}.form`), String(new URLSearchParams({ ...form, username, password, scope: values.scope })), PRIVATE);
    settings[name] = { json: join(home, `${name}.json`), form: join(home, `${name}.form`), token: await tokenEndpoint(issuer) };
  }
  return {
    home,
    homes,
    settings,
    /** The cold home is one whose cache is empty before each run. */
    forget: () => rm(join(homes.cold, '.cache/padlock'), { recursive: true, force: true }),
    /** How many requests the providers had since the last time. */
    requests: () =>
      Object.values(providers).reduce((sum, { requests }) => {
        const seen = requests.all.length;
        requests.clear();
        return sum + seen;
      }, 0),
    async close() {
      for (const provider of Object.values(providers)) await provider.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Homes with sessions: one, ten, and ten thousand of them; the token that each of them has to print. */
async function signedInHomes(home, warm, padlock) {
  const one = join(home, 'one');
  await cp(warm, one, { recursive: true });
  const run = (folder, ...words) =>
    promisify(execFile)(process.execPath, [join(padlock, 'dist/bin/padlock.cjs'), ...words], {
      env: { HOME: folder, PATH: process.env.PATH },
    });
  await run(one, 'auth', '-p', 'near');
  const { stdout } = await run(one, 'token', '-p', 'near');
  const homes = { one, token: stdout };
  for (const [name, count] of [
    ['ten', 10],
    ['tenThousand', 10_000],
  ]) {
    homes[name] = join(home, name);
    await cp(one, homes[name], { recursive: true });
    await fill(join(homes[name], '.local/state/padlock/sessions'), count, padlock);
  }
  return homes;
}

/** More sessions like the one that is there, of other users, sealed under the same key. */
async function fill(folder, count, padlock) {
  const load = (file) => import(pathToFileURL(join(padlock, 'dist/core', file)).href);
  const [{ Vault }, { entryBytes, entryIn }] = [await load('vault.js'), await load('file-entry.js')];
  const vault = new Vault(await readFile(join(folder, 'store.key')));
  const opened = [];
  for (const name of (await readdir(folder)).filter((file) => /^[\w-]{43}$/.test(file))) {
    const plain = vault.open(name, entryIn(await readFile(join(folder, name))).data);
    if (plain[0] === 0x7b) opened.push(JSON.parse(new TextDecoder().decode(plain))); // the other one says which session is the current one
  }
  const [record] = opened;
  for (let at = opened.length; at < count; at++) {
    const who = { username: `user-${at}@percy.test` };
    const name = vault.nameOf('filled', at);
    const plain = new TextEncoder().encode(JSON.stringify({ ...record, identity: { ...record.identity, who } }));
    await writeFile(join(folder, name), entryBytes({ tag: String(at), data: vault.seal(name, plain) }), PRIVATE);
  }
}

/** Only curl needs it, which asks nobody. */
async function tokenEndpoint(issuer) {
  if (issuer.startsWith('https:')) return undefined;
  return (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()).token_endpoint;
}
