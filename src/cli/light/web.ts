/**
 * Headers and Response for the bundled CLI: touching the global ones loads Node's whole fetch, which costs more than a sign-in.
 * esbuild's `inject` puts them in place of the free names `Headers` and `Response` (scripts/build.mjs); no global is changed, and
 * the library uses the platform's. Bodies are bytes or text, never streams: core/http.ts reads them whole before it answers.
 */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that a field value may not hold
const BAD_VALUE = /[\u0000\r\n]|[^\u0000-\u00ff]/;
const EDGES = /^[\t\n\r ]+|[\t\n\r ]+$/g;
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

type Pairs = Iterable<Iterable<string>>;
type HeadersSource = Pairs | Readonly<Record<string, string>>;

function fieldName(name: string): string {
  if (!TOKEN.test(`${name}`)) throw new TypeError('A header name holds a character it may not hold.');
  return `${name}`.toLowerCase();
}

function fieldValue(value: string): string {
  const trimmed = `${value}`.replace(EDGES, '');
  if (BAD_VALUE.test(trimmed)) throw new TypeError('A header value holds a character it may not hold.');
  return trimmed;
}

const isPairs = (source: HeadersSource): source is Pairs =>
  typeof (source as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function';

/** The Headers of the Fetch standard, without guards. */
export class Headers {
  readonly #fields = new Map<string, string[]>();

  constructor(source?: HeadersSource) {
    if (source === undefined) return;
    if (typeof source !== 'object' || source === null) throw new TypeError('Headers are made from pairs or from an object.');
    for (const pair of isPairs(source) ? source : Object.entries(source)) {
      const [name, value, ...rest] = pair;
      if (name === undefined || value === undefined || rest.length > 0) throw new TypeError('A header is a name and a value.');
      this.append(name, value);
    }
  }

  get [Symbol.toStringTag](): string {
    return 'Headers';
  }

  append(name: string, value: string): void {
    const key = fieldName(name);
    const text = fieldValue(value);
    const values = this.#fields.get(key);
    if (values === undefined) this.#fields.set(key, [text]);
    else values.push(text);
  }

  set(name: string, value: string): void {
    this.#fields.set(fieldName(name), [fieldValue(value)]);
  }

  delete(name: string): void {
    this.#fields.delete(fieldName(name));
  }

  get(name: string): string | null {
    return this.#fields.get(fieldName(name))?.join(', ') ?? null;
  }

  has(name: string): boolean {
    return this.#fields.has(fieldName(name));
  }

  getSetCookie(): string[] {
    return [...(this.#fields.get('set-cookie') ?? [])];
  }

  forEach(each: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) each.call(self, value, name, this);
  }

  *entries(): IterableIterator<[string, string]> {
    for (const [name, values] of [...this.#fields].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (name === 'set-cookie') for (const value of values) yield [name, value];
      else yield [name, values.join(', ')];
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }
}

type Body = string | URLSearchParams | ArrayBuffer | ArrayBufferView;

interface ResponseFacts {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: HeadersSource;
}

function bytesOf(body: Body): Uint8Array {
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  if (Object.prototype.toString.call(body) === '[object ArrayBuffer]') return new Uint8Array(body as ArrayBuffer).slice();
  return new TextEncoder().encode(String(body));
}

function contentTypeOf(body: Body): string | undefined {
  if (typeof body === 'string') return 'text/plain;charset=UTF-8';
  return Object.prototype.toString.call(body) === '[object URLSearchParams]'
    ? 'application/x-www-form-urlencoded;charset=UTF-8'
    : undefined;
}

/** The Response of the Fetch standard, with a body that is there already. */
export class Response {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly type = 'default';
  readonly url = '';
  readonly redirected = false;
  readonly #bytes: Uint8Array | null;
  #used = false;

  constructor(body: Body | null = null, facts: ResponseFacts = {}) {
    const status = facts.status ?? 200;
    if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError('The status of a response is from 200 to 599.');
    if (body !== null && WITHOUT_BODY.has(status)) throw new TypeError(`A response of status ${status} has no body.`);
    this.status = status;
    this.statusText = facts.statusText ?? '';
    this.headers = new Headers(facts.headers);
    this.#bytes = body === null ? null : bytesOf(body);
    const contentType = body === null ? undefined : contentTypeOf(body);
    if (contentType !== undefined && !this.headers.has('content-type')) this.headers.set('content-type', contentType);
  }

  get [Symbol.toStringTag](): string {
    return 'Response';
  }

  get ok(): boolean {
    return this.status < 300;
  }

  get bodyUsed(): boolean {
    return this.#used;
  }

  /** Null without a body; otherwise only good for cancelling. */
  get body(): { readonly locked: boolean; cancel(): Promise<void> } | null {
    if (this.#bytes === null) return null;
    const cancel = async (): Promise<void> => {
      this.#used = true;
    };
    return { locked: this.#used, cancel };
  }

  async bytes(): Promise<Uint8Array> {
    if (this.#used) throw new TypeError('The body has been read already.');
    if (this.#bytes === null) return new Uint8Array();
    this.#used = true;
    return this.#bytes;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).slice().buffer as ArrayBuffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  clone(): Response {
    if (this.#used) throw new TypeError('The body has been read already.');
    return new Response(this.#bytes === null ? null : this.#bytes, {
      status: this.status,
      statusText: this.statusText,
      headers: this.headers,
    });
  }
}
