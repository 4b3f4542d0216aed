// Loaded into each process of a race before Padlock: says that it is there, waits for the start, and dies where it is told to.
const { existsSync, writeFileSync } = require('node:fs');
const { PADLOCK_RACE: folder, PADLOCK_RACER: racer, PADLOCK_RACE_DIES: dies } = process.env;

/** Only one process of a race dies: the first to get there. */
function die() {
  try {
    writeFileSync(`${folder}/died`, '', { flag: 'wx' });
  } catch {
    return;
  }
  process.kill(process.pid, 'SIGKILL');
}

/** `answered`: the provider's answer is there and nothing of it is kept. `committed`: the new refresh token is, and nothing else yet. */
function dieAfterRedeeming() {
  let answered = false;
  const { ClientRequest } = require('node:http');
  const { emit } = ClientRequest.prototype;
  ClientRequest.prototype.emit = function (event, ...args) {
    if (event === 'response' && this.method === 'POST' && this.path.endsWith('/token'))
      args[0].prependOnceListener('end', () => {
        answered = true;
        if (dies === 'answered') die();
      });
    return emit.call(this, event, ...args);
  };
  const files = require('node:fs/promises');
  const { rename } = files;
  files.rename = async (from, to) => {
    await rename(from, to);
    if (answered && dies === 'committed') die();
  };
  require('node:module').syncBuiltinESMExports();
}

if (folder !== undefined) {
  if (dies !== undefined) dieAfterRedeeming();
  writeFileSync(`${folder}/ready-${racer}`, '');
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(`${folder}/start`)) Atomics.wait(sleeper, 0, 0, 2);
}
