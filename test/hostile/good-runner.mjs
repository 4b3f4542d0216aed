/** Runs the built program again and again in one process: `{ id, home, words, env }` → `{ id, code, said }`, where `said` is what was on stderr. */
import { join } from 'node:path';
import { NodeFiles } from '../../dist/cli/node-files.js';
import { nodeHost } from '../../dist/cli/node-host.js';
import { run } from '../../dist/cli/program.js';
import { noBrowser, noPrompt, realClock, silentLog } from '../../dist/core/headless.js';

const output = (write) => ({ isTTY: false, columns: undefined, colour: false, write: async (text) => write(text) });

async function answer({ id, home, words, env }) {
  let said = '';
  const code = await run(words, {
    cwd: join(home, 'work'),
    home,
    stdout: output(() => {}),
    stderr: output((text) => {
      said += text;
    }),
    host: nodeHost({ PATH: process.env.PATH, HOME: home, TMPDIR: join(home, 'tmp'), LANG: 'C.UTF-8', ...env }, { interactive: false }),
    files: new NodeFiles(),
    clock: realClock,
    browser: noBrowser,
    signal: new AbortController().signal,
    readStdin: async () => new Uint8Array(),
    log: async () => silentLog,
    prompt: () => noPrompt,
    execute: () => Promise.reject(new Error('Nothing is run.')),
  });
  process.send({ id, code, said });
}

process.on('message', (asked) => void answer(asked));
