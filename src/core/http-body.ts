/** The body of an answer, decompressed and no larger than allowed. */
import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { fail } from './errors.ts';
import { sentence } from './http-answers.ts';

/** Reads to the end, or throws `proto_too_large` at `maxBytes` and `proto_content_type` for a compression nobody asked for. */
export async function readBody(answer: IncomingMessage, maxBytes: number, purpose: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of await decompressed(answer, purpose)) {
    size += (chunk as Uint8Array).length;
    if (size > maxBytes) fail('proto_too_large', `${sentence(purpose)} sent more than ${maxBytes} bytes.`); // check: body cap
    chunks.push(chunk as Uint8Array);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
}

async function decompressed(answer: IncomingMessage, purpose: string): Promise<Readable> {
  const encoding = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const empty = answer.statusCode === 204 || answer.statusCode === 304 || answer.headers['content-length'] === '0';
  if (encoding === 'identity' || encoding === '' || empty) return answer;
  if (!['gzip', 'x-gzip', 'deflate', 'br'].includes(encoding)) {
    answer.destroy();
    fail('proto_content_type', `${sentence(purpose)} sent a body with a compression that was not asked for.`);
  }
  // a connection that breaks while the modules load is an error without a listener
  let broken: Error | undefined;
  const note = (error: Error): void => {
    broken = error;
  };
  answer.once('error', note);
  const [zlib, { pipeline }] = await Promise.all([import('node:zlib'), import('node:stream')]);
  answer.off('error', note);
  if (broken !== undefined) throw broken;
  const decoder: Transform = encoding === 'br' ? zlib.createBrotliDecompress() : zlib.createUnzip();
  // the reader of the decoder sees the error of either
  return pipeline(answer, decoder, () => {});
}
