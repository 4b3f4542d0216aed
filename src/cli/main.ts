import { nodeWorld } from './host.ts';
import { run } from './program.ts';

// What stays when nothing is left to do before there is an answer.
process.exitCode = 1;
void run(process.argv.slice(2), nodeWorld(process)).then((code) => {
  process.exitCode = code;
});
