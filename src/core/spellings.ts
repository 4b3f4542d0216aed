/** The ways in which a wire, a log or a file may write a secret, and the parts of them that give it away. */

/** Characters of the secret that are too many to be there by chance. */
const WINDOW = 12;
/** Longer secrets are looked for in parts only this far. */
const FAR = 1024;

const lowerHex = (percent: string): string => percent.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
const url = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_');
const hexOf = (bytes: Uint8Array): readonly string[] => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));

/** Base64 of bytes that stand anywhere in something longer: at each alignment, without the characters that their neighbours decide about. */
function base64Parts(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const end = (shift + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    return text.slice(shift === 0 ? 0 : shift + 1, end);
  });
}

/** Whole spellings of a secret, and how many characters of each make a part that gives it away. */
export function spellings(value: string): readonly { readonly text: string; readonly window: number }[] {
  const bytes = new TextEncoder().encode(value);
  const percent = encodeURIComponent(value.isWellFormed() ? value : '');
  const form = new URLSearchParams({ '': value }).toString().slice(1); // what a server echoes that quotes the request
  const strict = percent.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const hex = hexOf(bytes);
  const octets = hex.map((octet) => `%${octet}`).join('');
  const base64 = [
    Buffer.from(bytes).toString('base64').replace(/=+$/, ''),
    ...base64Parts(bytes).filter((part) => part.length >= WINDOW / 2),
  ];
  const json = JSON.stringify(value).slice(1, -1);
  const texts = [
    value,
    ...[percent, percent.replaceAll('%20', '+'), strict, form].flatMap((encoded) => [encoded, lowerHex(encoded)]),
    json,
    JSON.stringify(json).slice(1, -1),
    ...base64.flatMap((text) => [text, url(text)]),
  ];
  return [
    ...[...new Set(texts)].map((text) => ({ text, window: WINDOW })),
    ...[hex.join(''), hex.join('').toUpperCase()].map((text) => ({ text, window: 2 * WINDOW })),
    ...[octets, octets.toUpperCase()].map((text) => ({ text, window: 3 * WINDOW })),
  ];
}

/** Every part of a text that is `size` long. */
export function windows(text: string, size: number): readonly string[] {
  const near = text.slice(0, FAR);
  return Array.from({ length: Math.max(0, near.length - size + 1) }, (_, at) => near.slice(at, at + size));
}
