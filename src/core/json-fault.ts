/** Where a JSON text goes wrong (RFC 8259): `JSON.parse` says so only sometimes, and quotes the text when it does. */

export interface Fault {
  /** Index of the character. */
  readonly at: number;
  readonly why: string;
}

const SPACE = /[ \t\r\n]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
/** Collections inside one another. */
export const DEEPEST = 64;
export const TOO_DEEP = 'it is nested too deeply';

class Faulty {
  readonly fault: Fault;
  constructor(at: number, why: string) {
    this.fault = { at, why };
  }
}

/** The first fault, a member that is there twice included; undefined when the text is JSON. */
export function jsonFault(text: string): Fault | undefined {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const next = (sign: string): boolean => {
    take(SPACE);
    if (text[at] !== sign) return false;
    at++;
    return true;
  };
  const stop = (why: string): never => {
    throw new Faulty(at, at >= text.length ? 'it ends too early' : why);
  };
  const items = (end: string, depth: number, item: () => void): void => {
    if (depth > DEEPEST) stop(TOO_DEEP);
    if (next(end)) return;
    do item();
    while (next(','));
    if (!next(end)) stop(`"," or "${end}" is missing`);
  };
  const value = (depth: number): void => {
    if (next('[')) items(']', depth, () => value(depth + 1));
    else if (next('{')) {
      const names = new Set<string>();
      items('}', depth, () => {
        take(SPACE);
        const start = at;
        const name = take(STRING) ?? stop('a name in double quotes is missing');
        if (names.has(name)) throw new Faulty(start, 'a name is there twice');
        names.add(name);
        if (!next(':')) stop('":" is missing');
        value(depth + 1);
      });
    } else if (take(STRING) === undefined && take(LITERAL) === undefined) stop('a value is missing or malformed');
  };
  try {
    value(1);
    take(SPACE);
    return at < text.length ? { at, why: 'something follows the value' } : undefined;
  } catch (error) {
    if (error instanceof Faulty) return error.fault;
    throw error;
  }
}
