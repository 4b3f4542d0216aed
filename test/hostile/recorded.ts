/** What recorder.cjs wrote down about a run, held against G8, G9 and G12. */
import { readFileSync } from 'node:fs';
import { isLoopback } from '../../src/core/url.ts';
import type { Network } from './network/network.ts';

interface Line {
  readonly host?: string;
  readonly port?: number;
  readonly secure?: boolean;
  /** Kibibytes. */
  readonly rss?: number;
  /** Milliseconds. */
  readonly cpu?: number;
}

/** Kibibytes: 200 MB. */
const MOST = 200_000;

export interface Allowed {
  readonly net: Network;
  readonly hosts: readonly string[];
  /** It starts a provider of its own on a port that nobody here knows. */
  readonly sandbox: boolean;
}

export interface Seen {
  /** One sentence for each invariant that the run broke. */
  readonly broken: readonly string[];
  /** Milliseconds. */
  readonly cpu: number;
}

export function recorded(path: string, { net, hosts, sandbox }: Allowed): Seen {
  const lines = readLines(path);
  const found = net.trespasses().map((who) => `G8: it spoke to ${who}`);
  for (const { host, port, secure, rss } of lines) {
    if (rss !== undefined && rss > MOST) found.push(`G9: it took ${Math.round(rss / 1000)} MB`);
    if (host === undefined || port === undefined) continue;
    const isNear = isLoopback(host.includes(':') ? `[${host}]` : host);
    const isKnown = isNear ? net.ports.has(port) || sandbox : hosts.includes(host);
    if (!isKnown) found.push(`G8: it connected to ${host}:${port}`);
    if (!isNear && secure !== true) found.push(`G12: it connected to ${host}:${port} without TLS`);
  }
  return { broken: found, cpu: lines.find(({ cpu }) => cpu !== undefined)?.cpu ?? 0 };
}

const readLines = (path: string): readonly Line[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
