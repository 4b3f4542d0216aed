import { alive, nodeWorld } from './host.ts';
import { run } from './program.ts';

void alive(run(process.argv.slice(2), nodeWorld(process, { alone: true }))).then((code) => {
  process.exitCode = code;
});
