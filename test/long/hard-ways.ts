/** Every way to give a user name, a password and a client secret, with the whole program in this process: what reaches the provider. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Question } from '../../src/core/ports.ts';
import { type Here, runHere } from '../cli/in-process.ts';
import { fakeProvider, METADATA, noon } from '../core/fake-provider.ts';
import { CLIENT, ISSUER } from '../core/forge.ts';

/** What a sign-in sends of who it is. */
export interface Who {
  readonly username: string;
  readonly password: string;
  readonly secret: string;
}
type Given = Pick<Here, 'env' | 'stdin'> & { readonly words?: readonly string[]; readonly answers?: Readonly<Record<string, string>> };

/** Files, streams and programs end with a line end, which is not the secret's. */
const line = (text: string): string => (text.endsWith('\r') ? `${text}\r\n` : `${text}\n`);
const fileOf = (home: string, name: string, text: string): string => {
  const path = join(home, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};
function profile(home: string, form: 'json' | 'yaml', values: Readonly<Record<string, unknown>>): Given {
  const whole = { issuer: ISSUER, client_id: CLIENT, flow: 'password', ...values };
  // A JSON text is a YAML text, but for how YAML breaks lines: what it calls a line is escaped.
  const text = JSON.stringify({ profiles: { p: whole } }).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (one) => {
    return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  writeFileSync(join(home, '.config/padlock', `config.${form}`), text, { mode: 0o600 });
  return { words: ['-p', 'p'], env: { PADLOCK_CONFIG: join(home, '.config/padlock', `config.${form}`) } };
}
const WHERE = { PADLOCK_ISSUER: ISSUER, PADLOCK_CLIENT_ID: CLIENT, PADLOCK_FLOW: 'password' };

const WAYS: Readonly<Record<string, (who: Who, home: string) => Given>> = {
  flags: ({ username, password, secret }) => ({
    words: [`--username=${username}`, `--password=${password}`, `--client-secret=${secret}`],
    env: WHERE,
  }),
  'flags apart from their values': ({ username, password, secret }) => ({
    // What begins like an option needs the equals sign.
    words: Object.entries({ username, password, 'client-secret': secret }).flatMap(([name, value]) =>
      value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value],
    ),
    env: WHERE,
  }),
  variables: ({ username, password, secret }) => ({
    env: { ...WHERE, PADLOCK_USERNAME: username, PADLOCK_PASSWORD: password, PADLOCK_CLIENT_SECRET: secret },
  }),
  files: ({ username, password, secret }, home) => ({
    words: ['--password-file', fileOf(home, 'one', line(password))],
    env: { ...WHERE, PADLOCK_USERNAME: username, PADLOCK_CLIENT_SECRET_FILE: fileOf(home, 'two', line(secret)) },
  }),
  'standard input': ({ username, password, secret }) => ({
    words: ['--password-stdin'],
    stdin: line(password),
    env: { ...WHERE, PADLOCK_USERNAME: username, PADLOCK_CLIENT_SECRET: secret },
  }),
  'standard input for the client': ({ username, password, secret }) => ({
    words: ['--client-secret-stdin'],
    stdin: line(secret),
    env: { ...WHERE, PADLOCK_USERNAME: username, PADLOCK_PASSWORD: password },
  }),
  'a prompt': ({ username, password, secret }) => ({
    answers: { username, password },
    env: { ...WHERE, PADLOCK_CLIENT_SECRET: secret },
  }),
  'a profile in JSON': ({ username, password, secret }, home) => profile(home, 'json', { username, password, client_secret: secret }),
  'a profile in YAML': ({ username, password, secret }, home) => profile(home, 'yaml', { username, password, client_secret: secret }),
  'variables and files that a profile names': ({ username, password, secret }, home) => {
    const given = profile(home, 'yaml', {
      username,
      password: { env: 'MY_PASSWORD' },
      client_secret: { file: fileOf(home, 'three', line(secret)) },
    });
    return { ...given, env: { ...given.env, MY_PASSWORD: password } };
  },
  'programs that a profile names': ({ username, password, secret }, home) =>
    profile(home, 'yaml', {
      username,
      password: { command: ['cat', fileOf(home, 'four', line(password))] },
      client_secret: { command: ['cat', fileOf(home, 'five', line(secret))] },
    }),
};

export const HARD_WAYS: readonly string[] = Object.keys(WAYS);

/** What reached the token endpoint when somebody signed in that way, and the exit code. The secret goes in the form, or form-encoded in the header. */
export async function arrived(way: string, who: Who, home: string, place: 'form' | 'header' = 'form') {
  mkdirSync(join(home, '.config/padlock'), { recursive: true });
  const { words = [], answers, env = {}, stdin } = (WAYS[way] as (typeof WAYS)[string])(who, home);
  const provider = fakeProvider();
  provider.metadata = { ...METADATA, token_endpoint_auth_methods_supported: [`client_secret_${place === 'form' ? 'post' : 'basic'}`] };
  const ask = async ({ message }: Question): Promise<string> => {
    const [, answer = ''] = Object.entries(answers ?? {}).find(([name]) => message.toLowerCase().includes(name.slice(0, 4))) ?? [];
    return answer;
  };
  const ports = { http: provider.http, clock: noon, ...(answers !== undefined && { prompt: { available: true, ask } }) };
  const { code, stderr } = await runHere(['auth', '--no-store', '--no-cache', '--json', ...words], { home, env, stdin, ports });
  const [form = new URLSearchParams()] = provider.forms();
  const { headers = {} } = provider.requests.find(({ method }) => method === 'POST') ?? {};
  const [, sent = ''] = /^Basic (.*)$/.exec(headers.authorization ?? '') ?? [];
  const [, secret = ''] = atob(sent).split(':');
  return {
    code,
    error: code === 0 ? '' : stderr.slice(0, 300),
    username: form.get('username'),
    password: form.get('password'),
    secret: place === 'form' ? form.get('client_secret') : decodeURIComponent(secret.replaceAll('+', ' ')),
  };
}
