/** I7–I9, I16: what is typed at a prompt, and the terminal afterwards. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Launched } from '../../support/launch.ts';
import { knowing } from '../fingerprint.ts';
import type { Provocation, Row, World } from '../row.ts';

/** Runs it, and then has the terminal describe itself. */
const DESCRIBED = `"$@"; code=$?; stty -a > "$HOME/work/stty"; exit $code`;
/** As a shell needs it: lines, and what is typed can be seen. */
const RESTORED = /^(?=[\s\S]* icanon)(?=[\s\S]* echo )/;

/** The program itself, behind script and a shell. */
function innermost(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return child === undefined || child === '' ? pid : innermost(Number(child));
}

interface At {
  /** What is typed; the password where there is nothing. */
  readonly keys?: string;
  readonly preload?: string;
  readonly during?: (running: Launched, world: World) => unknown;
}

const prompted = (id: string, what: string, exit: number, { keys, during, preload }: At, code?: Row['code']): Row => ({
  id,
  what,
  answers: {},
  run: ({ idp }): Provocation => ({
    args: ['auth'],
    env: { PADLOCK_PASSWORD: undefined },
    under: DESCRIBED,
    terminal: {
      type: during === undefined ? [{ when: /Password/, send: keys ?? `${idp.good.password}\r`, secret: keys === undefined }] : [],
    },
    ...(preload !== undefined && { preload }),
    ...(during && { during }),
  }),
  exit,
  ...(code && { code }),
  check: (_, { home, idp }) => {
    expect(readFileSync(join(home, 'work/stty'), 'utf8')).toMatch(RESTORED);
    expect(idp.at('token')).toHaveLength(exit === 0 ? 1 : 0);
  },
});

/** At the prompt, the program itself gets a signal. */
const hit = (signal: NodeJS.Signals) =>
  knowing({ signal }, async (running: Launched): Promise<void> => {
    await running.until(/Password/);
    process.kill(innermost(running.pid), signal);
  });

/** Texts that a keyboard, or a paste, can give. */
const PASSWORDS = [' padded ', '"\'`$(id)\\%s%n', '山田太郎🔑', 'Zoe\u0308 n\u0303', '--flag=-', '\u202egpj', '👩🏽‍💻👨‍👩‍👧', 'שלום مرحبا'];

export const TYPED: readonly Row[] = [
  prompted('I7a', 'the terminal after a password', 0, {}),
  prompted('I7b', 'the terminal after SIGTERM at the prompt', 143, { during: hit('SIGTERM') }),
  prompted('I7c', 'the terminal after SIGINT from elsewhere', 130, { during: hit('SIGINT') }),
  prompted(
    'I7d',
    'the terminal after a crash at the prompt',
    1,
    { preload: `process.on('SIGUSR2', () => { throw new Error('crash'); });`, during: hit('SIGUSR2') },
    'internal',
  ),
  prompted('I8', 'Ctrl-C at the prompt', 130, { keys: '\u0003' }, 'cancelled'),
  prompted('I9a', 'Ctrl-D at the prompt', 130, { keys: '\u0004' }, 'cancelled'),
  prompted('I9b', 'Ctrl-D behind something', 130, { keys: 'abc\u0004' }, 'cancelled'),
  prompted('I9c', 'Escape', 130, { keys: '\u001b' }, 'cancelled'),
  ...PASSWORDS.map(
    (password, at): Row => ({
      id: `I16${String.fromCharCode(97 + at)}`,
      what: `${password} at the prompt arrives as it is`,
      answers: {},
      run: {
        args: ['auth'],
        env: { PADLOCK_PASSWORD: undefined },
        terminal: { type: [{ when: /Password/, send: `${password}\r`, secret: true }] },
      },
      exit: 4,
      code: 'auth_invalid_grant',
      check: (_, { idp }) => expect(idp.at('token')[0]?.form.get('password')).toBe(password),
    }),
  ),
];
