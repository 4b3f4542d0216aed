/** A value that cannot print itself, and the list of the values that must not be printed. */

const REDACTED = '[redacted]';

/**
 * A credential on its way to the one place that may use it.
 * Coercing it to a string throws: a silent "[redacted]" in an Authorization header is a 401 nobody understands.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the request it belongs to. */
  reveal(): string {
    return this.#value;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError('A Secret was used as a string; call reveal() where the value is meant to go.');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}

/** Shorter values would mask ordinary words. */
const SHORTEST = 4;

const lowerHex = (percent: string): string => percent.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());

/** Masks every known secret, in the spellings a wire or a file gives it, in text that comes from outside. */
export class Redactor {
  readonly #spellings = new Set<string>();

  /** From now on `value` is masked. Bytes: the UTF-8 of the string. */
  add(value: string): void {
    if (value.length < SHORTEST) return;
    const bytes = new TextEncoder().encode(value);
    const base64 = btoa(String.fromCharCode(...bytes.subarray(0, 8192)));
    const percent = encodeURIComponent(value.isWellFormed() ? value : '');
    const form = new URLSearchParams({ '': value }).toString().slice(1); // what a server echoes that quotes the request
    const strict = percent.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
    for (const spelling of [
      value,
      ...[percent, percent.replaceAll('%20', '+'), strict, form].flatMap((encoded) => [encoded, lowerHex(encoded)]),
      JSON.stringify(value).slice(1, -1),
      base64.replace(/=+$/, ''),
      base64.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'),
      Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    ])
      if (spelling.length >= SHORTEST) this.#spellings.add(spelling);
  }

  /** One that knows the same secrets, and learns others by itself. */
  copy(): Redactor {
    const copy = new Redactor();
    for (const spelling of this.#spellings) copy.#spellings.add(spelling);
    return copy;
  }

  /** `text` with every known secret replaced. */
  mask(text: string): string {
    let masked = text;
    for (const spelling of [...this.#spellings].sort((a, b) => b.length - a.length)) masked = masked.replaceAll(spelling, REDACTED);
    return masked;
  }
}
