import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { leaks } from './canaries.ts';
import { broken, type Run } from './invariants.ts';

const SECRET = 'c0rrect-h0rse?battery/staple+ü';
const run = (facts: Partial<Run>): readonly string[] =>
  broken({ args: [], env: {}, stdout: '', stderr: '', files: new Map(), secrets: [SECRET], allow: {}, terminal: false, ...facts });

describe('a secret is found', () => {
  const bytes = Buffer.from(SECRET);
  test.each([
    ['as it is', `error: ${SECRET} is wrong`],
    ['cut short', `error: ${SECRET.slice(5, 20)}… is wrong`],
    ['in JSON', JSON.stringify({ password: SECRET })],
    ['in a form', new URLSearchParams({ password: SECRET }).toString()],
    ['in a URL', `https://idp.test/?p=${encodeURIComponent(SECRET)}`],
    ['with every byte percent-encoded', [...bytes].map((byte) => `%${byte.toString(16).toUpperCase()}`).join('')],
    ['in hexadecimal', bytes.toString('hex').toUpperCase()],
    ['in base64', bytes.toString('base64')],
    ['in base64url', bytes.toString('base64url')],
    ['in the base64 of something longer', `Basic ${Buffer.from(`client:${SECRET}:x`).toString('base64')}`],
    ['in the base64 of something one longer', `Basic ${Buffer.from(`client1:${SECRET}:x`).toString('base64')}`],
    ['in the base64 of something two longer', `Basic ${Buffer.from(`client12:${SECRET}:x`).toString('base64url')}`],
  ])('%s', (_, text) => {
    expect(leaks(text, SECRET)).toBe(true);
  });

  test('wherever it stands in what is base64-encoded', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: 'binary-ascii' }), fc.string(), fc.string(), (secret, before, after) =>
        leaks(Buffer.from(before + secret + after).toString('base64'), secret),
      ),
    );
  });

  test('and nothing else is', () => {
    expect(leaks('error: Incorrect username or password (aGVsbG8gd29ybGQ, 68656c6c6f)', SECRET)).toBe(false);
    expect(leaks('short', 'short')).toBe(false);
  });
});

describe('a run breaks what holds for every run', () => {
  test.each<[string, Partial<Run>, RegExp]>([
    ['a secret on stdout', { stdout: SECRET }, /^G1: stdout holds secret 1 of 1/],
    ['one secret of several on stdout', { secrets: ['an0ther-secret', SECRET], stdout: SECRET }, /^G1: stdout holds secret 2 of 2/],
    ['a secret on stderr', { stderr: SECRET }, /^G1: stderr holds secret/],
    ['a secret in a file', { files: new Map([['/home/x/config.yaml', SECRET]]) }, /^G1: \/home\/x\/config.yaml holds secret/],
    ['a stack trace', { stderr: 'TypeError: x\n    at run (file:///padlock/main.js:1:20)\n' }, /stack trace/],
    ['source text', { stderr: 'file:///padlock/dist/bin/main.js:1\nlet a=1;\n' }, /stack trace/],
    ['Node’s last words', { stderr: '\nNode.js v20.20.2\n' }, /stack trace/],
    ['an escape sequence', { stdout: 'Robin\u001b]52;c;eA==\u0007\n' }, /control character U\+001b/],
    ['a C1 control', { stdout: 'Robin\u009b2J\n' }, /control character U\+009b/],
    ['a bidi override', { stderr: 'Robin\u202egnp.exe\n' }, /control character U\+202e/],
    ['a tab', { stdout: 'a\tb\n' }, /control character U\+0009/],
    ['text before a JSON document', { args: ['auth', '--json'], stdout: 'Hello\n{}\n' }, /one json document/],
    ['two JSON documents', { args: ['auth', '-o', 'json'], stdout: '{}\n{}\n' }, /one json document/],
    ['a JSON document without a newline', { args: ['--format=json'], stdout: '{}' }, /one json document/],
    ['a blank line after a JSON document', { args: ['-ojson'], stdout: '{}\n\n' }, /one json document/],
    ['two YAML documents', { env: { PADLOCK_FORMAT: 'yaml' }, stdout: 'a: 1\n---\nb: 2\n' }, /one yaml document/],
    ['no YAML', { args: ['--format', 'yaml'], stdout: 'a: [\n' }, /one yaml document/],
  ])('%s', (_, facts, sentence) => {
    expect(run(facts)).toEqual([expect.stringMatching(sentence)]);
  });

  test('without the sentence quoting the secret', () => {
    for (const sentence of run({ stdout: SECRET, stderr: SECRET })) expect(leaks(sentence, SECRET)).toBe(false);
  });
});

describe('a run is fine', () => {
  test.each<[string, Partial<Run>]>([
    ['with one JSON document', { args: ['auth', '--json'], stdout: '{\n  "a": 1\n}\n' }],
    ['with one YAML document', { args: ['auth', '-o', 'yaml'], stdout: 'a: "--- "\n' }],
    ['with nothing on stdout', { args: ['auth', '--json'], stderr: '{"error":{}}\n' }],
    ['with help under a machine format', { args: ['auth', '--json', '--help'], stdout: 'padlock auth\n' }],
    ['with colours', { stdout: '\u001b[1mEmail\u001b[0m\n' }],
    ['with a cursor that moves on a terminal', { terminal: true, stdout: '\u001b[?25l\u001b[2K\rPassword:\r\n' }],
    ['with a trace that was asked for', { args: ['auth', '--debug'], stderr: 'Error\n    at run (file:///x.js:1:2)\n' }],
    ['with a secret where it is allowed', { stdout: SECRET, allow: { stdout: [SECRET] } }],
    [
      'with a secret in a file where it is allowed',
      { files: new Map([['/home/config.yaml', SECRET]]), allow: { 'config.yaml': [SECRET] } },
    ],
  ])('%s', (_, facts) => {
    expect(run(facts)).toEqual([]);
  });
});
