/** Provider metadata and key sets, kept in memory and on disk for as long as their servers allow. */
import { type CachedDocument, DocumentFiles } from './cache-files.ts';
import { CacheSettings } from './cache-settings.ts';
import { isPadlockError } from './errors.ts';
import { jsonOf } from './http-answers.ts';
import { inject, injectable } from './inject.ts';
import type { JsonObject } from './json-value.ts';
import { lifetimeOf } from './lifetime.ts';
import { Clock, Host, Http, Log } from './ports.ts';
import { SharedWork } from './shared-work.ts';

export type DocumentKind = 'discovery' | 'jwks';

export interface DocumentRequest {
  readonly issuer: string;
  /** Not from a cache, if the last fresh one is long enough ago. */
  readonly fresh?: boolean | undefined;
  /** Throws for a document that is not what it should be; such a one is not kept, and not taken from a disk. */
  readonly check?: ((value: JsonObject) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Document {
  readonly value: JsonObject;
  /** It did not come from the network in this call. */
  readonly cached: boolean;
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
}

/** `longest`: seconds it is believed, whatever the server says. */
const KINDS: Readonly<Record<DocumentKind, { readonly purpose: string; readonly accept: string; readonly longest: number }>> = {
  discovery: { purpose: 'the discovery document', accept: 'application/json', longest: 3600 },
  jwks: { purpose: 'the key set', accept: 'application/json, application/jwk-set+json', longest: 600 },
};
/** Seconds for a server that says nothing. */
const SILENT = 600;
/** Milliseconds between two fresh ones of a URL: tokens with invented key ids must not become requests. */
const COOLDOWN = 30_000;

@injectable()
export class DocumentCache {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #host: Host;
  readonly #log: Log;
  readonly #settings: CacheSettings;
  readonly #disk: DocumentFiles | undefined;
  readonly #memory = new Map<string, CachedDocument>();
  readonly #refreshed = new Map<string, number>();
  readonly #work = new SharedWork<Document>();

  constructor(
    @inject(Http) http: Http,
    @inject(Clock) clock: Clock,
    @inject(Host) host: Host,
    @inject(Log) log: Log,
    @inject(CacheSettings) settings: CacheSettings,
  ) {
    this.#http = http;
    this.#clock = clock;
    this.#host = host;
    this.#log = log;
    this.#settings = settings;
    if (settings.files !== undefined && host.directories !== undefined)
      this.#disk = new DocumentFiles(settings.files, host.directories.cache, log);
  }

  /** The document at `url`. Callers who ask at the same time share one request. Throws what `Http` and `jsonOf` throw. */
  get(kind: DocumentKind, url: string, request: DocumentRequest): Promise<Document> {
    const { issuer, fresh = false, signal } = request;
    const key = JSON.stringify([kind, url, issuer, this.#settings.ca ?? null, this.#host.proxyFor(url) ?? null]);
    const known = this.#current(kind, this.#memory.get(key));
    const work = `${fresh} ${key}`;
    const enough = !fresh || (this.#isCooling(key) && !this.#work.has(work));
    if (known !== undefined && enough) return Promise.resolve({ ...known, cached: true });
    return this.#work.run(work, (stop) => this.#load(kind, url, key, { ...request, signal: stop }), signal);
  }

  async #load(kind: DocumentKind, url: string, key: string, { fresh, check, signal }: DocumentRequest): Promise<Document> {
    if (fresh) this.#refreshed.set(key, this.#clock.now());
    const stored = fresh ? undefined : this.#current(kind, await this.#disk?.read(kind, key, check));
    if (stored !== undefined) {
      this.#memory.set(key, stored);
      return { ...stored, cached: true };
    }
    const { purpose, accept, longest } = KINDS[kind];
    const response = await this.#http.send({ method: 'GET', url, headers: { accept }, purpose, signal });
    const fetchedAt = this.#clock.now();
    const value = jsonOf(response, purpose, fetchedAt);
    check?.(value); // check: document before it is kept
    const { seconds, storable } = lifetimeOf(response.headers, fetchedAt, SILENT);
    const life = Math.min(seconds, longest) * 1000;
    // in memory even a document that is stale at once lives as long as the cooldown, which it would get round otherwise
    this.#memory.set(key, { value, fetchedAt, expiresAt: fetchedAt + Math.max(life, COOLDOWN) });
    if (storable && life > 0) await this.#keep(kind, key, { value, fetchedAt, expiresAt: fetchedAt + life });
    return { value, fetchedAt, cached: false };
  }

  /** A document is in hand: that the next process has to fetch it again is the one failure that may pass with a line in the log. */
  async #keep(kind: DocumentKind, key: string, document: CachedDocument): Promise<void> {
    try {
      await this.#disk?.write(kind, key, document);
    } catch (error) {
      this.#log.debug('cache_write_failed', { kind, code: isPadlockError(error) ? error.code : 'internal' });
    }
  }

  /** `document` while it is believed. One from the future, or with a longer life than its kind allows, is not. */
  #current(kind: DocumentKind, document: CachedDocument | undefined): CachedDocument | undefined {
    if (document === undefined) return undefined;
    const age = this.#clock.now() - document.fetchedAt;
    return age >= 0 && age < KINDS[kind].longest * 1000 && this.#clock.now() < document.expiresAt ? document : undefined;
  }

  #isCooling(key: string): boolean {
    const since = this.#clock.now() - (this.#refreshed.get(key) ?? Number.NEGATIVE_INFINITY);
    return since >= 0 && since < COOLDOWN;
  }
}
