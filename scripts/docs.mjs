/**
 * Writes what in the documentation can be derived: `node scripts/docs.mjs [--check]`. Needs a build.
 *
 *   README.md, docs/flows/README.md   the tables between `<!-- NAME -->` and `<!-- /NAME -->`
 *   docs/getting-started.md       what a terminal shows from `config init` to a token
 *   docs/sign-in.svg              the picture of a sign-in, from what the command line really prints
 *   schema/config.schema.json     the configuration file
 *
 * With --check nothing is written, and the exit code is 1 when something is stale.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtIn } from '../dist/builtin.js';
import { configSchema } from '../dist/core/config-schema.js';
import { configKey, envName, flagName } from '../dist/core/options.js';
import { EXIT_CODES } from '../dist/index.js';
import { browse } from '../dist/sandbox/browse.js';
import { startSandbox } from '../dist/sandbox/index.js';
import { recorded } from './recording.mjs';
import { root } from './sources.mjs';

const checking = process.argv.includes('--check');
const { registry } = builtIn();
const cell = (text) => String(text).replaceAll('|', '\\|');
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
const code = (text) => `\`${text}\``;

const strategiesOf = (kind) =>
  table(
    ['name', 'what it is'],
    registry.list(kind).map(({ name, summary }) => [code(name), summary]),
  );

const flagsOf = ({ key, option }) =>
  option.secret
    ? ['file', 'stdin', ...(option.issued ? ['source'] : [])].map((way) => code(`--${flagName(key)}-${way}`)).join(' ')
    : [option.short && code(`-${option.short}`), code(`--${flagName(key)}`), ...(option.aliases ?? []).map((alias) => code(`--${alias}`))]
        .filter(Boolean)
        .join(' ');
const ownersOf = ({ owners }) => [...new Set(owners.map(({ name }) => name))].join(', ');

const TABLES = {
  grants: () => strategiesOf('grant'),
  guides: () =>
    table(
      ['flow', 'when', 'when not', 'needs'],
      registry
        .list('grant')
        .map(({ guide, name }) => [`[${code(name)}](${name}.md)`, guide?.use ?? '', guide?.avoid ?? '', guide?.needs ?? '']),
    ),
  'client-auth': () => strategiesOf('client-auth'),
  verifiers: () => strategiesOf('verifier'),
  formatters: () => strategiesOf('formatter'),
  sources: () => strategiesOf('source'),
  stores: () => strategiesOf('store'),
  providers: () => strategiesOf('provider'),
  options: () =>
    table(
      ['flag', 'variable', 'profile key', 'what it is', 'read by'],
      registry
        .options()
        .map((one) => [
          flagsOf(one),
          one.option.flagOnly ? '' : code(envName(one.key)),
          one.option.flagOnly ? '' : code(configKey(one.key)),
          one.option.summary,
          ownersOf(one),
        ]),
    ),
  'exit-codes': () =>
    table(
      ['exit', 'category', 'codes'],
      [
        [0, 'ok', ''],
        ...EXIT_CODES.map(({ exit, category, codes }) => [exit, category, codes.map(code).join(' ')]),
        ['129, 141, 143', 'ended by SIGHUP, a closed pipe, SIGTERM', ''],
      ],
    ),
};

function filled(readme) {
  return readme.replace(/<!-- ([a-z-]+) -->\n[\s\S]*?<!-- \/\1 -->/g, (block, name) =>
    Object.hasOwn(TABLES, name) ? `<!-- ${name} -->\n${TABLES[name]()}\n<!-- /${name} -->` : block,
  );
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A terminal with these lines in it; `bold` lines are headings. */
function picture(lines) {
  const height = 58 + lines.length * 22;
  const texts = lines.map(
    ({ text, bold, dim }, index) =>
      `  <text x="24" y="${62 + index * 22}"${bold ? ' font-weight="700"' : ''} fill="${dim ? '#8b949e' : '#e6edf3'}" xml:space="preserve">${escaped(text)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="720" height="${height}" viewBox="0 0 720 ${height}" role="img" aria-label="A sign-in with Padlock in a terminal" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
  <rect width="720" height="${height}" rx="10" fill="#0d1117"/>
  <circle cx="24" cy="22" r="6" fill="#ff5f57"/><circle cx="44" cy="22" r="6" fill="#febc2e"/><circle cx="64" cy="22" r="6" fill="#28c840"/>
${texts.join('\n')}
</svg>
`;
}

async function signIn() {
  const home = await mkdtemp(join(tmpdir(), 'padlock-docs-'));
  try {
    const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' };
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'dist/bin/padlock.cjs'), 'auth', '--sandbox', '--quiet'], {
      env,
    });
    const [title = '', blank = '', head = '', rule = '', ...rest] = stdout.trimEnd().split('\n');
    return picture([
      { text: '$ padlock auth --sandbox', dim: true },
      { text: title, bold: true },
      { text: blank },
      { text: head, bold: true },
      { text: rule.replaceAll('-', '─'), dim: true },
      ...rest.map((text) => ({ text })),
    ]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** From nothing to a token, on a terminal: a provider on this machine, and somebody who answers and signs in. */
async function firstSteps() {
  const home = await mkdtemp(join(tmpdir(), 'padlock-docs-'));
  const sandbox = await startSandbox();
  try {
    // A browser that opens: what happens in it is done here.
    const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', BROWSER: '/bin/true' };
    const { issuer, user } = sandbox;
    const padlock = (...words) => [process.execPath, join(root, 'dist/bin/padlock.cjs'), ...words];
    const signIn = ([address]) => browse(address, issuer, { fill: (field) => user[field] });
    const interview = [
      { when: /Who is the provider/, act: '\r' },
      { when: /issuer URL/, act: `${issuer}\r` },
      { when: /Client ID/, act: 'padlock-public\r' },
      { when: /have a secret/, act: '\r' },
      { when: /How do you want to sign in/, act: '\r' },
      { when: /http:\S+authorize\?\S+(?=\n)/, act: signIn },
    ];
    const screens = [
      ['padlock config init work', await recorded(padlock('config', 'init', 'work'), env, interview)],
      ['padlock whoami', await recorded(padlock('whoami'), env, [])],
    ];
    return screens.map(([command, lines]) => `$ ${command}\n${steady(lines.join('\n').trim(), { home, issuer })}`).join('\n\n');
  } finally {
    await sandbox.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** Without what is different each time. */
const steady = (text, { home, issuer }) =>
  text
    .replaceAll(issuer, 'http://127.0.0.1:18080')
    .replace(/(authorize[?])\S+/g, '$1client_id=padlock-public&…')
    .replace(/(127[.]0[.]0[.]1:)\d+(?=[/]callback)/g, '$149152')
    .replaceAll(home, '~');

function recording(page, text) {
  const block = /(?<=<!-- recording -->\n)[\s\S]*?(?=<!-- [/]recording -->)/;
  if (!block.test(page)) throw new Error('There is no place for the recording.');
  return page.replace(block, () => `\`\`\`text\n${text}\n\`\`\`\n`);
}

const outputs = {
  'docs/getting-started.md': recording(await readFile(join(root, 'docs/getting-started.md'), 'utf8'), await firstSteps()),
  'README.md': filled(await readFile(join(root, 'README.md'), 'utf8')),
  'docs/flows/README.md': filled(await readFile(join(root, 'docs/flows/README.md'), 'utf8')),
  'docs/sign-in.svg': await signIn(),
  'schema/config.schema.json': `${JSON.stringify(configSchema(registry), null, 2)}\n`,
};

const stale = [];
for (const [name, content] of Object.entries(outputs)) {
  const file = join(root, name);
  const before = await readFile(file, 'utf8').catch(() => '');
  if (before === content) continue;
  stale.push(name);
  if (!checking) await writeFile(file, content);
}
if (checking && stale.length > 0) {
  process.stderr.write(`Stale: ${stale.join(', ')}. Run: npm run docs\n`);
  process.exitCode = 1;
} else process.stdout.write(stale.length === 0 ? 'The documentation is up to date.\n' : `Written: ${stale.join(', ')}.\n`);
