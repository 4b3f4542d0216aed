/**
 * The fault matrix: one row provokes one fault through the packed CLI. How to add a family (say C):
 *
 *  1. `families/c.ts` exports `const C: readonly Row[]`; split it by theme (`c-tls.ts`, `c-proxies.ts`) when it grows. `families/c.test.ts` is
 *     two lines: `import { C } from './c.ts'; family('C', C);`. Then strike the family off LATER in cases.ts: from there on every one of its
 *     ids must be there. A case may have several rows, told apart by a letter: A9a, A9b.
 *  2. A row says what provokes the fault, the exact exit code and the exact error code. `--json` is added to the words, unless `plain` or on a terminal.
 *       { id: 'D5', what: 'tokens with status 201', answers: { token: { status: 201 } }, run: { args: ['auth'] }, exit: 7, code: 'proto_status' }
 *     `answers` starts a provider that says this at these endpoints and what a good one would say elsewhere (network/answer.ts: changed members,
 *     forged ID tokens, whole answers, raw bytes with drips and resets); `{}` is a good provider. Its client and user, with canaries for secrets, are in
 *     the environment of the run. `listen` gives it TLS, a host or a name (network/tls.ts). `run` may be a function of the World, to start proxies
 *     (network/proxy.ts), silent ports or strangers on `world.net`, or to know the issuer. `check` asserts what is more than the invariants ("N:").
 *  3. Nothing else needs asserting: the runner holds every row to G1–G12, as a program with --json, where there is a provider also as a human on a
 *     terminal with --debug (unless the row says why not: `once`), and looks at what is left in the home with one more run that has to succeed (`afterwards`; good-run.ts).
 *  4. Rows of a family run side by side: what one has to remember is kept by its World or in a closure of its own, not in the module.
 *  5. Two rows must not provoke by the same bytes; a function that another function made says what it was told (`knowing` in fingerprint.ts).
 *     See a row fail: break the product, or the row. `mend` puts right what the next run could not live with, as a person would.
 *
 * Every error code is reached by a row: where no case of the matrix ends with one, `families/codes.ts` has a row for it.
 *
 * Run some: `npm run test:hostile -- families/a -t A9`. The whole prints a line per family and fails when an id is missing or double.
 */
import type { ErrorCode } from '../../src/core/errors.ts';
import type { Typing } from '../support/cli.ts';
import type { CliResult, Launched } from '../support/launch.ts';
import type { Network } from './network/network.ts';
import type { HostileProvider, ProviderOptions, Script } from './network/provider.ts';

/** What a row may use; all of it is the row's own and ends with it. */
export interface World {
  readonly home: string;
  readonly net: Network;
  /** The provider of `answers`; without them there is none, and asking for it throws. */
  readonly idp: HostileProvider;
  /** What a run that has to succeed takes of a processor, in milliseconds, or says on stdout. */
  measure(args: readonly string[]): Promise<number>;
  output(args: readonly string[]): Promise<string>;
}

export interface Provocation {
  readonly args: readonly string[];
  /** Beside, or instead of, the provider's variables; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard input; `open` leaves it open behind that. Where a flag has it read as a secret all of it is one, unless `secret` says what of it is. */
  readonly input?: string | Uint8Array;
  readonly secret?: string;
  readonly open?: boolean;
  /** Files in the home before the run, by relative path; mode 0600 unless `modes` has another. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly modes?: Readonly<Record<string, number>>;
  /** On a terminal of its own, where somebody types. */
  readonly terminal?: { readonly columns?: number; readonly type?: readonly Typing[] };
  /** Words for humans: no --json. */
  readonly plain?: boolean;
  /** A line of bash that runs the program as `"$@"`: for limits, streams, namespaces. */
  readonly under?: string;
  /** CommonJS that runs in the process before the program. */
  readonly preload?: string;
  readonly execArgv?: readonly string[];
  /** An ES module that runs in place of the program, beside an installed `padlock-auth`; `args` are its arguments. */
  readonly program?: string;
  readonly cwd?: string;
  /** What happens while it runs: signals, clicks. */
  readonly during?: (running: Launched, world: World) => unknown;
}

export interface Outcome extends CliResult {
  /** Milliseconds that a processor was busy with it: unlike `ms` it means something on a machine that is busy. */
  readonly cpu: number;
  /** The error document of the run, if it had one. */
  readonly error: Readonly<Record<string, unknown>> | undefined;
  /** The document on stdout, where that is one. */
  readonly json: () => Readonly<Record<string, unknown>>;
}

export interface Row {
  /** The case, and letters where there are several rows: `A9b`. Beside the matrix: `code`, and which one. */
  readonly id: string;
  readonly what: string;
  readonly exit: number;
  /** Absent: there is no error, or it ends without a word. */
  readonly code?: ErrorCode;
  /** A plugin's own code, instead. */
  readonly own?: string;
  readonly run: Provocation | ((world: World) => Provocation | Promise<Provocation>);
  readonly answers?: Script;
  readonly listen?: ProviderOptions;
  /** A session is stored before; the refresh token must outlive the row. */
  readonly signedIn?: boolean;
  /** Seconds in which it ends; 2 more are forgiven (G2). Default: 10. */
  readonly within?: number;
  /** Secrets besides those that the provider knows of. */
  readonly secrets?: readonly string[];
  /** Where a secret may be, as in test/support/cli.ts. `'issued'` in the list stands for every token of the provider. */
  readonly allow?: Readonly<Record<string, readonly string[]>>;
  /** Names besides its own servers that it may try to reach. */
  readonly hosts?: readonly string[];
  /** Why it is not run a second time on a terminal with --debug, although there is a provider. */
  readonly once?: string;
  /** It stores a session although it fails. */
  readonly stores?: boolean;
  /**
   * The next run at a good provider, which succeeds: it signs in, or where a session was stored before it refreshes that. `kept`: it refreshes
   * what the row stored. `gone`: it signs in, because the session is rightly over. Or why there is no next run.
   */
  readonly afterwards?: 'kept' | 'gone' | { readonly none: string };
  readonly check?: (outcome: Outcome, world: World) => void | Promise<void>;
  /** What somebody puts right before the next run. */
  readonly mend?: (world: World) => void;
}
