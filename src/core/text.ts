/** Text from outside, made safe for a terminal; and the nearest known word to a mistyped one. */

// C0 and C1 controls, soft hyphen, bidi and zero-width marks, line separators, BOM, interlinear marks, tags, lone surrogates.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** U+200D joins emoji; it is harmless between two other characters and kept there. */
const isJoiner = (text: string, at: number, found: string): boolean =>
  found === '\u200d' &&
  /\p{Extended_Pictographic}\ufe0f?$/u.test(text.slice(0, at)) &&
  /^\p{Extended_Pictographic}/u.test(text.slice(at + 1));

/** `text` on one line, with every character that could move a cursor or reorder a line written as `\u{…}`. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (found, at: number) =>
    isJoiner(text, at, found) ? found : `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** At most `limit` characters of {@link visible} text, cut with an ellipsis. */
export function excerpt(text: string, limit = 500): string {
  const points = [...visible(text.slice(0, limit * 2))];
  return points.length > limit || text.length > limit * 2 ? `${points.slice(0, limit - 1).join('')}…` : points.join('');
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
