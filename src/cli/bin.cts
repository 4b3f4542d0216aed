/**
 * The bin: one small CommonJS file in old syntax, because it has to start on every Node to say which one it needs.
 * It answers a lone `--version` itself, with what the whole program would print, and leaves everything else to main.ts.
 */
declare const PADLOCK_VERSION: string;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const words = process.argv.slice(2);
process.title = 'padlock'; // takes a secret that was typed on the command line out of every user's list of processes, as early as can be

/** False when stdout would not take it: then the whole program tries, and reports. */
function printed(text: string): boolean {
  try {
    const { writeSync } = require('node:fs') as typeof import('node:fs');
    return writeSync(1, text) === text.length;
  } catch {
    return false;
  }
}

// The same range as `engines` in package.json; a test compares them.
if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24)) {
  process.stderr.write(`padlock: Node.js 20.19, 22.12 or 24 and later is needed; this is ${process.version}.\n`);
  process.exitCode = 1;
} else if (words.length !== 1 || !/^(--version|-V|version)$/.test(words[0] ?? '') || !printed(`${PADLOCK_VERSION}\n`)) {
  require('./main.cjs');
}
