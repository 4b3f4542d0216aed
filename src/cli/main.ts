import { alive, nodeWorld } from './host.ts';
import { run } from './program.ts';

process.exitCode = await alive(run(process.argv.slice(2), nodeWorld(process)));
