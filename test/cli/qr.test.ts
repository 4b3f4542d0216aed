import { describe, expect, test } from '@jest/globals';
import { draw, qrCode } from '../../src/cli/qr.ts';
import type { Output } from '../../src/cli/world.ts';

const ADDRESS = 'https://id.example.com/device?user_code=WDJB-MJHT';
function terminal(more: Partial<Output> = {}) {
  const written: string[] = [];
  const output: Output = { isTTY: true, columns: 80, colour: false, write: async (text) => void written.push(text), ...more };
  return { output, written };
}

describe('a QR code', () => {
  test('is a square of half blocks with a margin', async () => {
    const lines = await qrCode(ADDRESS, terminal().output);
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).toMatch(/^[ ▀▄█]+$/);
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set([(lines.length - 1) * 2 + 1]));
    expect(lines[0]).toMatch(/^█+$/);
  });

  test('is dark on light whatever the colours of the terminal are, where it has any', async () => {
    const plain = await qrCode(ADDRESS, terminal().output);
    const coloured = await qrCode(ADDRESS, terminal({ colour: true }).output);
    expect(coloured).toEqual(plain.map((line) => `\u001b[97;40m${line}\u001b[0m`));
  });

  test.each<[string, Partial<Output>]>([
    ['the terminal is too narrow', { columns: 30 }],
    ['nobody knows how wide it is', { columns: undefined }],
    ['there is no terminal', { isTTY: false, columns: undefined }],
  ])('is not there when %s', async (_, more) => {
    await expect(qrCode(ADDRESS, terminal(more).output)).resolves.toEqual([]);
  });
});

test('it is drawn when it is ready, and failing to is no failure', async () => {
  const { output, written } = terminal();
  draw(ADDRESS, output);
  draw('x'.repeat(10_000), output); // too long for a code
  draw(ADDRESS, { ...output, write: () => Promise.reject(new Error('closed')) });
  for (let tries = 0; written.length === 0 && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(written).toEqual([expect.stringMatching(/^█[\s▀▄█]+\n$/)]);
});
