/** An address that swallows what is sent to it: a connection to it is neither made nor refused. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Network } from './network.ts';

/** Listens for one, and then does nothing for ever, so that the kernel has nowhere to put another connection and drops what asks for one. */
const LISTENER = `require('node:net').createServer().listen({ host: process.argv[1], port: Number(process.argv[2]), backlog: 1 }, function () {
  process.stdout.write(String(this.address().port) + '\\n', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
})`;
/** As many as wait for it to accept them. */
const QUEUE = 2;

export async function blackHole(network: Network, host = '127.0.0.1', port = 0): Promise<number> {
  const child = spawn(process.execPath, ['-e', LISTENER, host, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  network.atEnd(() => child.kill('SIGKILL'));
  const own = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(line)));
    child.once('exit', (code) => reject(new Error(`Nobody listens at ${host}: ${code}`)));
  });
  network.ports.add(own);
  for (let at = 0; at < QUEUE; at++)
    await new Promise<void>((resolve, reject) => {
      const socket = connect(own, host, resolve).on('error', reject);
      network.atEnd(() => socket.destroy());
    });
  return own;
}
