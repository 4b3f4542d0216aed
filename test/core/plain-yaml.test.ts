import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { yamlDocument } from '../../src/core/config-text.ts';
import { readPlainYaml } from '../../src/core/plain-yaml.ts';
import { examples } from '../support/examples.ts';

const whole = async (text: string): Promise<unknown> => (await yamlDocument(text, 'config.yaml')).toJS({ maxAliasCount: 100 });

const USUAL = `# mine
default_profile: work # for now

profiles:
  work:
    issuer: https://idp.example:8443/realms/a
    client_id: 007
    client_secret: "s: #1 [x]"
    password: { file: ~x }
    scope: [openid, profile, offline_access]
    accept_deprecated: true
`.replace('~x', 'secrets/password');
const SAVED =
  "profiles:\n  ci:\n    username: robin@percy.test\n    scope:\n      - openid\n      - 'read:all'\n    note: My own client\n  other:\n";

describe('the short way through a configuration file', () => {
  test('reads what people write and what Padlock saves', () => {
    expect(readPlainYaml(USUAL)).toEqual({
      default_profile: 'work',
      profiles: {
        work: {
          issuer: 'https://idp.example:8443/realms/a',
          client_id: '007',
          client_secret: 's: #1 [x]',
          password: { file: 'secrets/password' },
          scope: ['openid', 'profile', 'offline_access'],
          accept_deprecated: true,
        },
      },
    });
    expect(readPlainYaml(SAVED)).toEqual({
      profiles: { ci: { username: 'robin@percy.test', scope: ['openid', 'read:all'], note: 'My own client' }, other: null },
    });
  });

  test.each([
    ['a key that is there twice', 'a: 1\na: 2\n'],
    ['an anchor', 'a: &x 1\nb: *x\n'],
    ['a tag', 'a: !!str 1\n'],
    ['a second document', 'a: 1\n---\nb: 2\n'],
    ['a text over two lines', 'a: one\n  two\n'],
    ['a block text', 'a: |\n  one\n'],
    ['an escape', 'a: "\\x41"\n'],
    ['a doubled quote', "a: 'it''s'\n"],
    ['a tab', 'a:\n\tb: 1\n'],
    ['a level that was never opened', 'a:\n    b: 1\n  c: 2\n'],
    ['an indented start', '  a: 1\n'],
    ['a merge key', 'a:\n  <<: 1\n'],
    ['a list of mappings', 'plugins:\n  - path: x\n'],
    ['letters beyond ASCII', 'a: ü\n'],
    ['a key that is a word of the language', 'null: 1\n'],
    ['nothing', '# nothing\n'],
    ['deep nesting', Array.from({ length: 20 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  ])('leaves %s to the whole parser', (_what, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });

  const piece = fc.oneof(
    fc.constantFrom(...'abnN0179~-:#,[]{}"\'!&*|>%@`?./_=+<\\ \t\n'),
    fc.constantFrom(
      '\n  ',
      '\n    ',
      ': ',
      '- ',
      ' #',
      'null',
      'true',
      'False',
      '{ a: b }',
      '[a, b]',
      '"x y"',
      "'z'",
      '1e3',
      '0x1f',
      '.inf',
      '2001-12-14',
    ),
    fc.constantFrom('key: value', 'key:', '\nother: 1', '\n  inner: x', '\n  - item', '__proto__: 1'),
  );
  const soup = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
  const edited = fc
    .tuple(fc.constantFrom(USUAL, SAVED), fc.nat(), fc.nat({ max: 6 }), piece)
    .map(([text, at, length, insert]) => text.slice(0, at % text.length) + insert + text.slice((at % text.length) + length));

  test('declines, or says exactly what the whole parser says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(soup, edited), async (text) => {
        const short = readPlainYaml(text);
        fc.pre(short !== undefined);
        expect(short).toStrictEqual(await whole(text));
      }),
      { numRuns: examples(1500), maxSkipsPerRun: 100 },
    );
  });
});
