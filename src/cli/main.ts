import { alive, leaving, nodeWorld } from './host.ts';
import { run } from './program.ts';

const leave = leaving(process);
const world = nodeWorld(process, { alone: true });
void alive(run(process.argv.slice(2), world)).then((code) => leave(code, world));
