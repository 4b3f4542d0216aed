/** The outside world as Padlock sees it. Each port is an interface and the token it is injected by. */
import { token } from './inject.ts';

/** Time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
export const Clock = token<Clock>('Clock');

export interface Question {
  readonly message: string;
  /** The answer is not echoed. */
  readonly secret?: boolean;
  readonly choices?: readonly { readonly value: string; readonly label: string; readonly hint?: string }[];
}

/** A human who can be asked. */
export interface Prompt {
  /** False where nobody can answer: then nothing may be asked. */
  readonly available: boolean;
  /** Throws `prompt_unavailable`, or `cancelled` when the human gives up. */
  ask(question: Question, signal?: AbortSignal): Promise<string>;
}
export const Prompt = token<Prompt>('Prompt');

export interface Browser {
  /** False where it is known beforehand that there is none. */
  readonly available?: boolean;
  /** False when no browser could be started; the URL is then only printed. */
  open(url: string): Promise<boolean>;
}
export const Browser = token<Browser>('Browser');

export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Permission bits, or undefined where the system has none (Windows). */
  readonly mode: number | undefined;
  /** Owned by the caller, as far as the system tells. */
  readonly own: boolean;
  /** Bytes. */
  readonly size: number;
  /** When the content changed last, in milliseconds since the epoch, by the file system's clock. */
  readonly changedAt: number;
}

/** Small files. Paths are absolute. */
export interface Files {
  /** The content, or undefined when there is no such file. Throws `store_io` or `store_permissions`. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Replaces the file in one step (temporary file, fsync, rename) and creates its directory with mode 0700. Default mode: 0600. */
  write(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** No error when it was not there. */
  remove(path: string): Promise<void>;
  /** Does not follow a symbolic link unless told to. Undefined when nothing is there. */
  facts(path: string, follow?: boolean): Promise<FileFacts | undefined>;
  /**
   * Creates a file with this content and its directory, private as `write` does; false when something is there already.
   * `durable: false` for what means nothing after a power failure.
   */
  create(path: string, content: string | Uint8Array, options?: { readonly durable?: boolean }): Promise<boolean>;
  /** Makes it changed just now by the file system's clock, if this is still its content; false when it is not. */
  touch(path: string, content: string | Uint8Array): Promise<boolean>;
  /** Takes a file or a directory away from everybody but its owner: mode 0600 or 0700. */
  restrict(path: string): Promise<void>;
  /** Moves a file within its directory, over another if there is one, in one step; false when it was not there. */
  move(from: string, to: string): Promise<boolean>;
  /** Names of what is in a directory; empty when there is none. */
  list(path: string): Promise<readonly string[]>;
}
export const Files = token<Files>('Files');

export interface Directories {
  readonly config: string;
  readonly cache: string;
  readonly state: string;
}

/** A process, told apart from every other one, as far as the system tells. */
export interface ProcessIdentity {
  /** The machine; undefined where it is not known. */
  readonly host: string | undefined;
  /** Which start of the machine; a pid means nothing in another one. */
  readonly boot: string | undefined;
  /** Which set of pids: containers have their own. */
  readonly namespace: string | undefined;
  readonly pid: number;
  /** When it started, in the system's own counting: pids are used again. */
  readonly started: string | undefined;
}

/** The machine and the account Padlock runs on. */
export interface Host {
  readonly pid: number;
  readonly platform: string;
  /** Undefined for an embedder who gave no directories: then nothing is kept on disk. */
  readonly directories: Directories | undefined;
  /** An environment variable; always undefined for an embedder who passed no environment. */
  env(name: string): string | undefined;
  /** The proxy for a URL as the environment's proxy variables say, or undefined to go direct. */
  proxyFor(url: string): string | undefined;
  /** Runs a program without a shell and returns its standard output. Throws `config_missing_credential`. */
  run(command: readonly string[], signal?: AbortSignal): Promise<string>;
  /** This process. */
  identity(): Promise<ProcessIdentity>;
  /** Does that process still run? Undefined when that cannot be known from here: another machine, another boot, another container. */
  isRunning(process: ProcessIdentity): Promise<boolean | undefined>;
}
export const Host = token<Host>('Host');

/** A client certificate with its chain, and its key. PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What this request is for, in words: "the token endpoint". Goes into messages and the log. */
  readonly purpose: string;
  /** What this side of the connection shows of itself, where the other side asks. */
  readonly identity?: TlsIdentity | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated fields joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** The body after decompression. */
  readonly body: Uint8Array;
}

/** The one way out. Redirects are answers, not instructions: they come back as they are. */
export interface Http {
  /** Throws `net_*`, `proto_too_large`, `config_insecure_url`, `config_bad_url`. Any HTTP status is a response. */
  send(request: HttpRequest): Promise<HttpResponse>;
}
export const Http = token<Http>('Http');

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Diagnostics. Fields are flat and chosen one by one; nothing is serialised wholesale. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
}
export const Log = token<Log>('Log');

export interface Notice {
  readonly code: string;
  readonly message: string;
  /** Nobody may miss it, not even who asked for silence. */
  readonly essential?: boolean;
}

/** What helps to follow a line that is shown. */
export interface Aids {
  /** An address that a phone can take from the screen: drawn as a QR code where there is room for it. */
  readonly qr?: string;
}

/** What a human should see while a flow runs: warnings, URLs, codes. Where it goes is the host's business. */
export interface Notices {
  warn(warning: Notice): void;
  /** A line to read now, before waiting. `event` is its machine form; a line without one is for people only. */
  show(line: string, event?: Readonly<Record<string, string | number>>, aids?: Aids): void;
}
export const Notices = token<Notices>('Notices');

export interface Ports {
  readonly clock: Clock;
  readonly prompt: Prompt;
  readonly browser: Browser;
  readonly files: Files | undefined;
  readonly host: Host;
  readonly http: Http;
  readonly log: Log;
  readonly notices: Notices;
}
