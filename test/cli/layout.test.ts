/** Lines for people break where words end, and only on a terminal. */
import { describe, expect, test } from '@jest/globals';
import { folded } from '../../src/cli/layout.ts';
import { report } from '../../src/cli/report.ts';
import type { Output } from '../../src/cli/world.ts';
import { PadlockError } from '../../src/core/errors.ts';

const LINE = 'Warning: The password flow shows this program your password; prefer another (RFC 9700 §2.4).';

describe('a line', () => {
  test('is broken at blanks on a terminal, and nothing of it is lost', () => {
    const lines = folded(LINE, 40).split('\n');
    expect(lines.every((line) => line.length <= 40)).toBe(true);
    expect(lines.join(' ')).toBe(LINE);
  });

  test.each([undefined, 92, 200])('is left as it is where it fits, and where there is no terminal (%p)', (columns) => {
    expect(folded(LINE, columns)).toBe(LINE);
  });

  test('keeps what cannot be broken in one piece, so that it can be copied', () => {
    const url = `https://id.example.test/${'x'.repeat(60)}`;
    expect(folded(`Open this: ${url} now`, 40).split('\n')).toEqual(['Open this:', url, 'now']);
  });

  test.each([0, 1, 19])('does not fall apart at a width of %d', (columns) => {
    expect(folded('one two three four', columns)).toBe('one two three four');
  });
});

describe('a failure', () => {
  const told = async (columns: number | undefined, machine = false): Promise<string> => {
    const parts: string[] = [];
    const write = async (text: string): Promise<void> => void parts.push(text);
    const stderr: Output = { isTTY: columns !== undefined, columns, colour: false, write };
    const failure = new PadlockError('net_connect', { message: `hunter2 ${LINE}`, hint: `A hint: ${LINE}` });
    await report(failure, { stderr, machine, debug: false, mask: (line) => line.replaceAll('hunter2', '[redacted]') });
    return parts.join('');
  };

  test('is folded on a terminal, code and hint included, after what is secret is gone', async () => {
    const text = await told(40);
    expect(text.split('\n').every((line) => line.length <= 40)).toBe(true);
    expect(text.replaceAll('\n', ' ')).toBe(`Error: [redacted] ${LINE} [net_connect] Hint: A hint: ${LINE} `);
  });

  test('is one line each in a pipe, and one document for a program', async () => {
    expect(await told(undefined)).toBe(`Error: [redacted] ${LINE} [net_connect]\nHint: A hint: ${LINE}\n`);
    expect(JSON.parse(await told(40, true))).toMatchObject({ error: { message: `[redacted] ${LINE}` } });
  });
});
