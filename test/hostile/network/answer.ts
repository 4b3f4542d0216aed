/** What a hostile provider says, as data, so that two rows that say the same can be told. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Bytes on the wire, one after the other. Without `reset`, `end` or `silence` the connection is ended after the last. */
export type Step =
  | { readonly send: string | Uint8Array }
  /** The same bytes again and again. */
  | { readonly flood: string; readonly times: number }
  /** One byte after the other, every so many milliseconds. */
  | { readonly drip: string; readonly every: number }
  /** Milliseconds. */
  | { readonly wait: number }
  | 'reset'
  | 'end'
  /** Nothing more, and the connection stays. */
  | 'silence';

export interface Forged {
  /** Claims to set; undefined removes one. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** What signs it; default: RS256. HMAC is keyed by the client's secret. */
  readonly alg?: 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'HS256';
  /** `stranger`: signed by a key that nobody published. `next`: by {@link NEXT}, which is not published either until a row does. `none`: unsigned. */
  readonly key?: 'stranger' | 'next' | 'none';
  /** The whole token, instead. */
  readonly raw?: unknown;
}

/** What a good provider would say, changed. */
export interface Changed {
  /** Members of the JSON to set; undefined removes one. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly idToken?: Forged;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly status?: number;
  /** Milliseconds before it; `opened`: until `open()` of the provider. What was asked for is done before. */
  readonly after?: number | 'opened';
  /** It was done, and nobody hears of it: the connection is reset. */
  readonly lost?: true;
}

/** An HTTP answer of its own. An object as `body` goes out as JSON; without a type of its own it is labelled as JSON. */
export interface Plain {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array | object;
  readonly after?: number | 'opened';
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly form: URLSearchParams;
}

export type Fixed = Changed | Plain | { readonly steps: readonly Step[] };
/** A function for what depends on the request; its source counts as its bytes. */
export type Answer = Fixed | ((asked: Asked) => Fixed);

export const GOOD: Changed = {};
/** `{"error": …}` as RFC 6749 §5.2 has it. */
export const refusal = (error: string, members: object = {}, status = 400): Plain => ({ status, body: { error, ...members } });
/** A header and what follows it, byte by byte. */
export const raw = (...steps: readonly Step[]): { readonly steps: readonly Step[] } => ({ steps });

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds).unref());

/** Says the steps to a socket. */
export async function speak(socket: Socket, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return;
    if (step === 'silence') return;
    if (step === 'reset') return void socket.resetAndDestroy();
    if (step === 'end') return void socket.end();
    if ('send' in step) socket.write(step.send);
    else if ('wait' in step) await pause(step.wait);
    else if ('drip' in step)
      for (const byte of Buffer.from(step.drip)) {
        if (socket.destroyed) return;
        socket.write(Buffer.from([byte]));
        await pause(step.every);
      }
    else
      for (let left = step.times; left > 0 && !socket.destroyed; left--)
        if (!socket.write(step.flood)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed(socket)]);
  }
  socket.end();
}

const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('close', resolve));

/** Sends an HTTP answer. */
export async function reply(response: ServerResponse, { status, headers = {}, body, after }: Plain, opened: Promise<void>): Promise<void> {
  if (after !== undefined) await (after === 'opened' ? opened : pause(after));
  const bytes = typeof body === 'string' || ArrayBuffer.isView(body) ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...(headers as Record<string, string | string[]>) });
  response.end(bytes);
}
