/** A name server (RFC 1035), and a line of bash that has the program ask it: for names that do not exist, or have several addresses. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Provocation } from '../row.ts';
import type { Network } from './network.ts';

const TYPES = { A: 1, AAAA: 28 } as const;
/** RFC 1035 §4.1.1. */
export const SERVER_FAILURE = 2;
export const NAME_ERROR = 3;

const short = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);

function bytesOf(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): readonly string[] => text.split(':').filter((group) => group !== '');
  const missing = 8 - groups(head).length - groups(tail).length;
  return Buffer.concat(
    [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)].map((group) => short(Number.parseInt(group, 16))),
  );
}

/** The answer to a question: these addresses for any name, or an error. */
function answer(question: Buffer, says: readonly string[] | number): Buffer {
  const end = question.indexOf(0, 12) + 5;
  const type = question.readUInt16BE(end - 4);
  const addresses = typeof says === 'number' ? [] : says.filter((address) => type === (isIPv6(address) ? TYPES.AAAA : TYPES.A));
  const records = addresses.map((address) => {
    const data = bytesOf(address);
    return Buffer.concat([short(0xc00c), short(type), short(1), short(0), short(60), short(data.length), data]);
  });
  const head = [
    question.subarray(0, 2),
    short(0x8180 | (typeof says === 'number' ? says : 0)),
    short(1),
    short(records.length),
    short(0),
    short(0),
  ];
  return Buffer.concat([...head, question.subarray(12, end), ...records]);
}

/** Every name has these addresses, or none and the error. What it returns goes into the row's provocation. */
export async function resolving(network: Network, says: readonly string[] | number): Promise<Pick<Provocation, 'files' | 'under'>> {
  const socket = createSocket('udp4');
  network.atEnd(() => new Promise<void>((resolve) => socket.close(resolve)));
  socket.on('message', (question, { address, port }) => socket.send(answer(question, says), port, address));
  const host = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  await new Promise<void>((resolve, reject) => socket.once('error', reject).bind(53, host, resolve));
  return {
    files: { 'resolv.conf': `nameserver ${host}\noptions attempts:1 timeout:2\n` },
    under: `exec unshare -m bash -c 'mount --bind "$HOME/resolv.conf" /etc/resolv.conf && exec "$@"' bash "$@"`,
  };
}
