/** Text from outside, made safe for a terminal; and the nearest known word to a mistyped one. */

// Controls, line and paragraph separators, surrogates without a partner, non-characters, and everything a terminal may hide or obey: soft hyphen,
// bidi marks, zero-width characters, fillers, tags. Variation selectors stay: emoji and ideographs need them, and they only choose a glyph.
const UNSAFE =
  /(?!\p{Variation_Selector})[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffb]/gu;

const EMOJI_BEFORE = /\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?$/u;
const EMOJI_AFTER = /^\p{Extended_Pictographic}/u;
/** The longest emoji before a joiner: a pictograph, a skin tone, a variation selector. */
const REACH = 5;

/** U+200D between two emoji makes one of them; anywhere else it only hides. */
const isJoiner = (text: string, at: number): boolean =>
  text[at] === '\u200d' && EMOJI_BEFORE.test(text.slice(Math.max(0, at - REACH), at)) && EMOJI_AFTER.test(text.slice(at + 1, at + 3));

/** `text` with every character that could move a cursor, reorder a line or hide replaced by what `write` makes of it. */
export function replaceUnsafe(text: string, write: (character: string) => string): string {
  return text.replace(UNSAFE, (found, at: number) => (isJoiner(text, at) ? found : write(found)));
}

/** `text` on one line, with every character that could move a cursor, reorder a line or hide written as `\u{…}`. Twice does no more than once. */
export function visible(text: string): string {
  return replaceUnsafe(text, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
}

/** `text` is the same on a terminal as in a file: {@link visible} would change nothing. */
export const isVisible = (text: string): boolean => visible(text) === text;

/** As {@link visible} with JSON's own escapes, for text that is JSON already (or a JSON string): its value stays the same. */
export function visibleJson(json: string): string {
  return replaceUnsafe(json, (found) =>
    found === '\n'
      ? found
      : Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** At most `limit` characters of {@link visible} text, cut with an ellipsis. */
export function excerpt(text: string, limit = 500): string {
  const points = [...visible(text.slice(0, limit * 2))];
  if (points.length <= limit && text.length <= limit * 2) return points.join('');
  return `${points
    .slice(0, limit - 1)
    .join('')
    .replace(/\u200d$/, '')}…`;
}

function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known word that `word` was probably meant to be, if one is near enough. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const steps = candidate.startsWith(word) && word.length > 2 ? 1 : distance(word.toLowerCase(), candidate.toLowerCase());
    if (steps < least) {
      best = candidate;
      least = steps;
    }
  }
  return best;
}

/** "Did you mean …?" for the nearest known word, else the list of them. */
export function didYouMean(word: string, known: readonly string[], prefix = ''): string {
  const near = nearest(word, known);
  return near === undefined ? `Known: ${known.map((name) => prefix + name).join(', ')}.` : `Did you mean ${prefix}${near}?`;
}
