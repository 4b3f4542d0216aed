// Loaded into each process of a race before Padlock: says that it is there, and waits for the start.
const { existsSync, writeFileSync } = require('node:fs');
const { PADLOCK_RACE: folder, PADLOCK_RACER: racer } = process.env;
if (folder !== undefined) {
  writeFileSync(`${folder}/ready-${racer}`, '');
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(`${folder}/start`)) Atomics.wait(sleeper, 0, 0, 2);
}
