import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { didYouMean, excerpt, isVisible, nearest, visible, visibleJson } from '../../src/core/text.ts';
import { CONTROL, HOSTILE, hostileJson, hostileText } from '../support/hostile.ts';

describe('visible text', () => {
  test.each([
    ['an escape sequence', HOSTILE.escape, '\\u{1b}[2J\\u{1b}[1;1Hgone'],
    ['a hyperlink', HOSTILE.link, '\\u{1b}]8;;https://evil.test\\u{7}click\\u{1b}]8;;\\u{7}'],
    ['a C1 control', HOSTILE.c1, '\\u{9b}31mred\\u{85}next'],
    ['a bidi override', HOSTILE.bidi, 'user\\u{202e}gpj.exe\\u{2066}\\u{200f}'],
    ['hidden characters and tags', HOSTILE.hidden, 'ad\\u{200b}min\\u{ad}\\u{2060}\\u{e0041}'],
    ['line breaks', HOSTILE.lines, 'one\\u{a}two\\u{d}\\u{a}three\\u{2028}four\\u{9}five'],
    ['a lone surrogate', HOSTILE.lone, 'a\\u{d800}b'],
    ['a non-character', '\uffff', '\\u{ffff}'],
    ['a Hangul filler, which looks like no name at all', '\u3164', '\\u{3164}'],
    ['a joiner that joins no emoji', 'pay\u200dpal', 'pay\\u{200d}pal'],
    ['a joiner at the end of an emoji', '👨\u200d', '👨\\u{200d}'],
    ['a joiner before an emoji', 'a\u200d👨', 'a\\u{200d}👨'],
  ])('shows %s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(isVisible(text)).toBe(false);
  });

  test.each([
    HOSTILE.family,
    HOSTILE.technologist,
    HOSTILE.flag,
    HOSTILE.wide,
    HOSTILE.combining,
    HOSTILE.rtl,
    '❤️‍🔥',
    '🏳️‍🌈',
    '葛\u{e0100}',
    '\\u{1b}',
  ])('leaves %s as it is', (text) => {
    expect(visible(text)).toBe(text);
    expect(isVisible(text)).toBe(true);
  });

  test('holds no control of any kind, whatever came in, and twice does no more than once', () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const shown = visible(text);
        expect(shown).not.toMatch(CONTROL);
        expect(shown).not.toContain('\n');
        expect(visible(shown)).toBe(shown);
      }),
      { numRuns: 2000 },
    );
  });

  test('takes a megabyte of joiners in its stride', () => {
    const before = performance.now();
    visible('👨\u200d'.repeat(200_000));
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

describe('an excerpt', () => {
  test('of a short text is the text', () => {
    expect(excerpt('short')).toBe('short');
  });

  test('is at most as long as its limit, safe, and the same a second time', () => {
    fc.assert(
      fc.property(fc.array(hostileText(), { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (texts, limit) => {
        const cut = excerpt(texts.join(''), limit);
        expect([...cut].length).toBeLessThanOrEqual(limit);
        expect(cut).not.toMatch(CONTROL);
        expect(excerpt(cut, limit)).toBe(cut);
      }),
      { numRuns: 2000 },
    );
  });

  test('that is cut within an emoji does not end in a joiner', () => {
    expect(excerpt('👨‍👩‍👧', 3)).toBe('👨…');
  });
});

describe('visible JSON', () => {
  test('has the value of the JSON it was made from', () => {
    fc.assert(
      fc.property(hostileJson(), (value) => {
        const shown = visibleJson(JSON.stringify(value, null, 2));
        expect(shown).not.toMatch(CONTROL);
        expect(JSON.stringify(JSON.parse(shown))).toBe(JSON.stringify(value));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the nearest known word', () => {
  const known = ['password', 'device-code', 'client-credentials'];

  test.each([
    ['pasword', 'password'],
    ['passwrod', 'password'],
    ['PASSWORD', 'password'],
    ['client', 'client-credentials'],
    ['divice-code', 'device-code'],
  ])('to %s is %s', (word, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });

  test.each(['', 'kerberos', 'x'.repeat(65)])('to "%s" does not exist', (word) => {
    expect(nearest(word, known)).toBeUndefined();
  });

  test('is suggested, or else the list is', () => {
    expect(didYouMean('pasword', known)).toBe('Did you mean password?');
    expect(didYouMean('kerberos', ['a', 'b'], '--')).toBe('Known: --a, --b.');
  });
});
