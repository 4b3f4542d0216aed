/** The servers of one row on loopback, and what reached them; all of it goes away with the row. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  readonly host: string;
  /** How many connections came. */
  connections(): number;
}

/** Speaks to one connection. `data` resolves with the first bytes that came. */
export type Speaker = (socket: Socket, data: () => Promise<Buffer>) => unknown;

export class Network {
  readonly #servers = new Set<Server>();
  readonly #sockets = new Set<Socket>();
  readonly #others: (() => unknown)[] = [];
  readonly #strangers: (Listening & { readonly name: string })[] = [];
  readonly ports = new Set<number>();

  /** Any server, on a port of its own. */
  async listen(server: Server, host = '127.0.0.1', port = 0): Promise<Listening> {
    let count = 0;
    this.#servers.add(server);
    server.on('connection', (socket: Socket) => {
      count += 1;
      this.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
    const { port: own } = server.address() as AddressInfo;
    this.ports.add(own);
    return { port: own, host, connections: () => count };
  }

  /** A server that speaks bytes. */
  async speak(speaker: Speaker, host?: string): Promise<Listening> {
    const server = createServer((socket) => {
      const first = new Promise<Buffer>((resolve) => socket.once('data', (chunk) => resolve(Buffer.from(chunk))));
      void speaker(socket, () => first);
    });
    return this.listen(server, host);
  }

  /** Accepts and never says a word. */
  silent(): Promise<Listening> {
    return this.speak((socket) => socket.resume());
  }

  /** A port where nobody listens. */
  async dead(): Promise<number> {
    const server = createServer();
    const { port } = await this.listen(server);
    await new Promise((resolve) => server.close(resolve));
    this.#servers.delete(server);
    return port;
  }

  /** A host that must hear of nothing: a connection to it breaks G8. */
  async stranger(name = 'a stranger'): Promise<Listening> {
    const listening = await this.speak((socket) => socket.destroy());
    this.#strangers.push({ ...listening, name });
    this.ports.delete(listening.port);
    return listening;
  }

  /** Who heard of something that was not for them. */
  trespasses(): readonly string[] {
    return this.#strangers.filter(({ connections }) => connections() > 0).map(({ name, port }) => `${name} on port ${port}`);
  }

  /** Bytes there and back between a socket and a port. */
  pipe(socket: Socket, port: number, then: () => void): void {
    const onward = connect(port, '127.0.0.1', () => {
      then();
      onward.pipe(socket).pipe(onward);
    });
    this.#sockets.add(onward);
    onward.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(onward));
  }

  /** What else ends with the row. */
  atEnd(close: () => unknown): void {
    this.#others.push(close);
  }

  async close(): Promise<void> {
    for (const end of this.#others.splice(0)) await end();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([...this.#servers].map((server) => new Promise((resolve) => server.close(resolve))));
    this.#servers.clear();
  }
}
