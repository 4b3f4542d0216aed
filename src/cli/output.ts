/** Node's streams for what is printed. */
import { fstatSync, writeSync } from 'node:fs';
import { PadlockError } from '../core/errors.ts';
import { type Output, PipeClosed } from './world.ts';

type Stream = NodeJS.WriteStream;

export interface Opened {
  readonly stream: Stream;
  readonly write: Stream['write'];
}

export function opened(stream: Stream): Opened {
  stream.on('error', () => {}); // write() reports it; without a listener Node would end the process
  return { stream, write: stream.write.bind(stream) as Stream['write'] }; // as it is now: others may be led elsewhere later
}

/** Opens standard output when it is first needed, however `process` is changed meanwhile. */
export function stdoutOf(process: NodeJS.Process): () => Opened {
  const { get, value } = Object.getOwnPropertyDescriptor(process, 'stdout') ?? {};
  let one: Opened | undefined;
  return () => {
    one ??= opened((get ? get.call(process) : value) as Stream);
    return one;
  };
}

/** Colour is decided per stream: NO_COLOR, TERM=dumb and a pipe switch it off; FORCE_COLOR switches it on. */
function colourOf(stream: Stream | undefined, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR || env.PADLOCK_NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return stream?.isTTY === true && env.TERM !== 'dumb';
}

function columnsOf(stream: Stream | undefined, env: NodeJS.ProcessEnv): number | undefined {
  if (stream?.isTTY !== true) return undefined;
  const given = Number(env.COLUMNS);
  return Number.isInteger(given) && given > 0 ? given : stream.columns || 80;
}

/** Neither a terminal nor another device. On Windows nothing is known to be. */
function isPlain(descriptor: number): boolean {
  try {
    return process.platform !== 'win32' && !fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false; // the stream says what is the matter
  }
}

/** Writes what can be written without waiting, and returns the rest. */
function writeNow(descriptor: number, text: string): Uint8Array {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
  return rest;
}

function failureOf(error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EPIPE') return new PipeClosed();
  return new PadlockError('io_output', { message: `The answer could not be written (${code}).`, cause: error });
}

interface Manner {
  /** What cannot be written is lost: it must not change what is done, or the exit code. */
  readonly aside?: boolean;
  /** Where the stream writes to. A file or a pipe is written to without one: opening it takes Node as long as the rest of a short command's work. */
  readonly descriptor?: number;
}

/** `open`: called when the stream is needed. Opening one takes Node some time, and most commands say nothing on stderr. */
export function output(open: () => Opened, env: NodeJS.ProcessEnv, { aside = false, descriptor }: Manner = {}): Output {
  const stream = (): Stream | undefined => (descriptor !== undefined && isPlain(descriptor) ? undefined : open().stream);
  const written = (chunk: string | Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      open().write(chunk, (error) => (!error || aside ? resolve() : reject(failureOf(error))));
    });
  return {
    get isTTY() {
      return stream()?.isTTY === true;
    },
    get columns() {
      return columnsOf(stream(), env);
    },
    get colour() {
      return colourOf(stream(), env);
    },
    async write(text) {
      if (descriptor === undefined || !isPlain(descriptor)) return written(text);
      let rest: Uint8Array;
      try {
        rest = writeNow(descriptor, text);
      } catch (error) {
        throw failureOf(error as Error);
      }
      if (rest.length > 0) await written(rest);
    },
  };
}
