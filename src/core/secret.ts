/** A value that cannot print itself, and the list of the values that must not be printed. */

import { spellings, windows } from './spellings.ts';

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

/** Masks every known secret, in the spellings a wire, a log or a file gives it, and what is cut from one, in text that comes from outside. */
export class Redactor {
  /** Secrets that nothing was masked for yet: most calls print nothing that may hold one, and spelling them out takes a while. */
  readonly #added = new Set<string>();
  readonly #spellings = new Set<string>();
  /** Length → the parts of that length that give a secret away. */
  readonly #parts = new Map<number, Set<string>>();

  /** From now on `value` is masked. Bytes: the UTF-8 of the string. */
  add(value: string): void {
    if (value.length >= SHORTEST) this.#added.add(value);
  }

  /** One that knows the same secrets, and learns others by itself. */
  copy(): Redactor {
    const copy = new Redactor();
    for (const value of this.#added) copy.#added.add(value);
    for (const spelling of this.#spellings) copy.#spellings.add(spelling);
    for (const [size, parts] of this.#parts) copy.#parts.set(size, new Set(parts));
    return copy;
  }

  /** `text` with every known secret replaced. */
  mask(text: string): string {
    for (const value of this.#added) this.#spellOut(value);
    this.#added.clear();
    let masked = text;
    for (const spelling of [...this.#spellings].sort((a, b) => b.length - a.length)) masked = masked.replaceAll(spelling, REDACTED);
    for (const [size, parts] of this.#parts) masked = withoutParts(masked, size, parts);
    return masked;
  }

  #spellOut(value: string): void {
    for (const { text, window } of spellings(value)) {
      if (text.length < SHORTEST || this.#spellings.has(text)) continue;
      this.#spellings.add(text);
      const parts = this.#parts.get(window) ?? new Set();
      this.#parts.set(window, parts);
      for (const part of windows(text, window)) parts.add(part);
    }
  }
}

/** `text` with each run of known parts replaced. */
function withoutParts(text: string, size: number, parts: ReadonlySet<string>): string {
  let out = '';
  let kept = 0;
  for (let at = 0; at + size <= text.length; at++) {
    if (!parts.has(text.slice(at, at + size))) continue;
    let end = at + size;
    for (let next = at + 1; next <= end && next + size <= text.length; next++)
      if (parts.has(text.slice(next, next + size))) end = next + size;
    out += text.slice(kept, at) + REDACTED;
    kept = end;
    at = end - 1;
  }
  return out + text.slice(kept);
}
