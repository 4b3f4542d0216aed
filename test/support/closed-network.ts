/**
 * Runs before every test file: closes the network at the socket, whatever library opens it. Loopback stays open for the sandbox and
 * real test servers, and so do `.invalid` names, which never resolve (RFC 6761). `import nock from 'nock'` in a test works on top of it.
 */
import { Socket } from 'node:net';

const CLOSED = Symbol.for('padlock.test.closed-network');
const OPEN = /^(127\.\d+\.\d+\.\d+|::1|(.*\.)?localhost|.*\.invalid)$/i;

interface Target {
  readonly host?: string;
  readonly path?: string;
  readonly port?: number;
}

/** Node calls `connect` with (options), (port, host), (path) or, from its own modules, one array of normalised arguments. */
function target(parameters: readonly unknown[]): Target {
  const [first, second] = (Array.isArray(parameters[0]) ? parameters[0] : parameters) as unknown[];
  if (typeof first === 'object' && first !== null) return first;
  return typeof second === 'string' ? { host: second } : {};
}

const prototype = Socket.prototype as Socket & { [CLOSED]?: true };
// Node's own modules are shared by all test files of a worker.
if (prototype[CLOSED] === undefined) {
  const open = prototype.connect as (...parameters: unknown[]) => Socket;
  prototype[CLOSED] = true;
  prototype.connect = function connect(this: Socket, ...parameters: unknown[]): Socket {
    const { host, path, port } = target(parameters);
    if (typeof path === 'string' || host === undefined || OPEN.test(host)) return open.apply(this, parameters);
    const refused = Object.assign(new Error(`The network is closed in tests: ${host}`), {
      code: 'ENETUNREACH',
      syscall: 'connect',
      address: host,
    });
    const lookup = (_host: string, _options: unknown, done: (error: Error) => void): void => done(refused);
    return open.call(this, { host: 'closed.invalid', port: port ?? 1, lookup });
  } as Socket['connect'];
}
