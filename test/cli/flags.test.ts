/** argv → what was given, without the rest of the program. */
import { describe, expect, test } from '@jest/globals';
import { flagsOf, readArgv } from '../../src/cli/flags.ts';
import { shared } from '../../src/core/options.ts';

const flags = Object.entries(shared).flatMap(([key, option]) => flagsOf({ key, option }));

describe('a text', () => {
  test.each(['"a"', "'a'", '""', "''", '"', "'", '"a" b"', '""a""', ' "a" ', '"a\n"'])('%j is not taken out of its quotes', (text) => {
    for (const argv of [[`--username=${text}`], ['--username', text], [`--username=${text}`, '--', `--username=${text}`]])
      expect(readArgv(argv, flags).given.map(({ value }) => value)).toEqual([text]);
    expect(readArgv(['--', `--username=${text}`], flags).rest).toEqual([`--username=${text}`]);
  });
});

describe('bytes that are no UTF-8, in whose place Node puts U+FFFD,', () => {
  test.each([[['auth', '--username=robin\ufffd']], [['auth', '--username', '\ufffd']], [['\ufffd']]])('are refused: %j', (argv) => {
    expect(readArgv(argv, flags).fault).toMatchObject({ code: 'usage_bad_value' });
  });

  test('are not for Padlock to judge behind two dashes', () => {
    expect(readArgv(['exec', '--', 'cat', 'robin\ufffd'], flags)).toMatchObject({ fault: undefined, rest: ['cat', 'robin\ufffd'] });
  });
});
