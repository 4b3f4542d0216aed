import { alive, nodeWorld } from './host.ts';
import { run } from './program.ts';

/** In a moment: in the bundle this module is evaluated before some that it needs (scripts/chunk-groups.mjs). */
const answer = Promise.resolve().then(() => run(process.argv.slice(2), nodeWorld(process, { alone: true })));

void alive(answer).then((code) => {
  process.exitCode = code;
});
