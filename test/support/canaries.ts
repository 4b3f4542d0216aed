/** Finds a secret in a text in every spelling it could leak in. */

/** Shorter ones occur by chance. */
const SHORTEST = 6;
const WINDOW = 12;

/** `text`, or every part of it that is `size` long, so that a cut or wrapped leak is found too. */
function windows(text: string, size: number): readonly string[] {
  if (text.length <= size) return [text];
  return Array.from({ length: text.length - size + 1 }, (_, at) => text.slice(at, at + size));
}

/** The base64 of `bytes` inside something longer: at each of the three alignments, without the characters its neighbours share. */
function base64Parts(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const end = (shift + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    return text.slice(shift === 0 ? 0 : shift + 1, end);
  });
}

/** Substrings that give `secret` away. Hex is in lower case: {@link seeker} compares it so. */
export function spellings(secret: string): readonly string[] {
  if (secret.length < SHORTEST) return [];
  const bytes = new TextEncoder().encode(secret);
  const percent = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const base64 = base64Parts(bytes).filter((part) => part.length >= SHORTEST);
  const texts = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll('%20', '+'),
  ];
  return [
    ...new Set([
      ...texts.flatMap((text) => windows(text, WINDOW)),
      ...base64.flatMap((part) => windows(part, WINDOW)),
      ...base64.flatMap((part) => windows(part.replaceAll('+', '-').replaceAll('/', '_'), WINDOW)),
      ...windows(Buffer.from(bytes).toString('hex'), WINDOW * 2),
      percent.slice(0, WINDOW * 3),
    ]),
  ];
}

const HEX = /^(%?[0-9a-f]{2})+$/;

function byLength(texts: readonly string[]): ReadonlyMap<number, ReadonlySet<string>> {
  const sets = new Map<number, Set<string>>();
  for (const text of texts) sets.set(text.length, (sets.get(text.length) ?? new Set()).add(text));
  return sets;
}

function holdsOne(text: string, sets: ReadonlyMap<number, ReadonlySet<string>>): boolean {
  for (const [length, set] of sets)
    for (let at = 0; at + length <= text.length; at++) if (set.has(text.slice(at, at + length))) return true;
  return false;
}

/** Tells of one text after the other whether it holds one of the secrets or a part of it that gives it away: each text is read once for all of them. */
export function seeker(secrets: readonly string[]): (text: string) => boolean {
  const known = secrets.flatMap(spellings);
  const exact = byLength(known);
  const folded = byLength(known.filter((spelling) => HEX.test(spelling)));
  return (text) => holdsOne(text, exact) || holdsOne(text.toLowerCase(), folded);
}

/** Whether `text` holds `secret` or a part of it that gives it away. */
export const leaks = (text: string, secret: string): boolean => seeker([secret])(text);
