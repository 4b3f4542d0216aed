/** What a terminal shows in the end of a command with somebody in front of it: a pseudo-terminal, and as much of a terminal as that takes. */
import { spawn } from 'node:child_process';

/** Wide enough that no line is folded: where it would be depends on the names of temporary files. */
const COLUMNS = 200;
/** Milliseconds that a question may take to come. */
const PATIENCE = 60_000;

/** A movement or an erasure, a title, another sequence, the end of a line, text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is read
const PARTS = /\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.|[\r\n]|[^\x1b\r\n]+/g;

/** The lines that are left of what was written to a terminal: the cursor moves, and things are erased. */
export function shownOf(written) {
  const lines = [''];
  let row = 0;
  let column = 0;
  const put = (text) => {
    while (lines.length <= row) lines.push('');
    lines[row] = lines[row].padEnd(column).slice(0, column) + text + lines[row].slice(column + text.length);
    column += text.length;
  };
  const moves = {
    A: (n) => {
      row = Math.max(0, row - n);
    },
    B: (n) => {
      row += n;
    },
    C: (n) => {
      column += n;
    },
    D: (n) => {
      column = Math.max(0, column - n);
    },
    G: (n) => {
      column = n - 1;
    },
    J: () => {
      lines.splice(row + 1);
      lines[row] = (lines[row] ?? '').slice(0, column);
    },
    K: (_, what) => {
      lines[row] = what === '2' ? '' : (lines[row] ?? '').slice(0, column);
    },
  };
  for (const [part, parameters, move] of written.matchAll(PARTS)) {
    if (part === '\r') column = 0;
    else if (part === '\n') {
      row += 1;
      if (row === lines.length) lines.push('');
    } else if (move !== undefined) moves[move]?.(Number.parseInt(parameters, 10) || 1, parameters);
    else if (!part.startsWith('\x1b')) put(part);
  }
  return lines.map((line) => line.trimEnd());
}

const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;

/** Runs a command on a terminal of its own. `steps`: what is done once the screen shows something; a text is typed. Returns the lines in the end. */
export function recorded(words, env, steps) {
  const line = `stty cols ${COLUMNS} rows 50; exec ${words.map(quoted).join(' ')}`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], { env: { TERM: 'xterm-256color', SHELL: '/bin/sh', ...env } });
  const left = [...steps];
  let written = '';
  let seen = 0;
  let timer;
  return new Promise((resolve, reject) => {
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`The screen never showed ${left[0]?.when ?? 'an end'}:\n${shownOf(written).join('\n')}`));
      }, PATIENCE);
    };
    const next = async () => {
      const found = left[0]?.when.exec(shownOf(written.slice(seen)).join('\n'));
      if (!found) return;
      seen = written.length;
      wait();
      const { act } = left.shift();
      if (typeof act === 'string') child.stdin.write(act);
      else await act(found);
    };
    wait();
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      written += chunk;
      next().catch(reject);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code !== 0 || left.length > 0) reject(new Error(`It ended with ${code}:\n${shownOf(written).join('\n')}`));
      else resolve(shownOf(written));
    });
  });
}
