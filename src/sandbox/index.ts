/** An identity provider for tests and for trying things out: a real one, on loopback, in a process of its own. */
import type { Clock } from '../core/ports.ts';
import { assertion } from './assertion.ts';
import { type Behaviour, type Endpoint, type Json, Script } from './behaviour.ts';
import { Child } from './child.ts';
import { type ClientOptions, type ClientVariant, clientOptions, FACTORS, type Factor, type Play, USER } from './clients.ts';
import { SandboxClock } from './clock.ts';
import { type HumanPorts, human } from './human.ts';
import type { SandboxTls } from './protocol.ts';
import { RequestLog } from './requests.ts';
import { generateKeys, generateSecrets, type SandboxState } from './state.ts';

export type { Behaviour, Endpoint, Json, TokenChange } from './behaviour.ts';
export type { ClientOptions, ClientVariant, Factor, Play } from './clients.ts';
export type { HumanPorts } from './human.ts';
export type { SandboxTls } from './protocol.ts';
export type { RecordedRequest, RequestLog } from './requests.ts';
export type { PrivateJwk, SandboxState } from './state.ts';

/** All of it optional; port, keys and secrets come from `sandbox.state()` of an earlier run. */
export interface SandboxOptions extends Partial<SandboxState> {
  /** Serves https with this certificate for 127.0.0.1, and knows clients by theirs. */
  readonly tls?: SandboxTls;
  /** Answers passwords and second factors as this provider does. */
  readonly play?: Play;
  /** What the user has enrolled there: without it no second factor is asked for, with an empty list one is and there is none. */
  readonly factors?: readonly Factor[];
  /** Milliseconds added to every answer. */
  readonly delay?: number;
}

/**
 * A running provider. It asks this process about each request before it handles it, so a program that blocks
 * the event loop (`spawnSync`) while it waits for an answer waits for ever.
 */
export interface Sandbox extends AsyncDisposable {
  readonly issuer: string;
  readonly port: number;
  /** The one account. */
  readonly user: { readonly username: string; readonly password: string };
  /** The codes of the user's second factors. */
  readonly factors: { readonly otp: string; readonly sms: string; readonly recoveryCode: string };
  /** Its clock, for whoever talks to it. */
  readonly clock: Clock;
  readonly requests: RequestLog;
  /** Options for `createPadlock()`. Default: the HS256 client, or for client-credentials the service client. */
  client(flow: string, variant?: ClientVariant): ClientOptions;
  /** Ports for `createPadlock({ ports })`: someone who types, clicks, and lives by the sandbox's clock. */
  human(username?: string, password?: string): HumanPorts;
  /** A JWT that the sandbox takes for its user (RFC 7523), as a cluster or a CI system makes one. `claims` replace the usual ones. */
  assertion(claims?: Readonly<Record<string, Json>>): string;
  /** What to do with the next request to an endpoint; several queue up. */
  next(endpoint: Endpoint, behaviour: Behaviour): void;
  /** Lets time pass for the provider and for `clock`. */
  advance(seconds: number): void;
  /** What to keep to start the same provider again. Holds its private keys. */
  state(): SandboxState;
  /** Resolves when its process is gone, whatever ended it. */
  readonly ended: Promise<void>;
  /** Ends the process. Rejects when it had crashed before. */
  close(): Promise<void>;
}

/** Starts a provider; it ends with {@link Sandbox.close} or with this process. Throws `net_connect` when the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = new SandboxClock();
  const requests = new RequestLog();
  const script = new Script();
  const child = new Child(({ id, request }) => {
    requests.add({ ...request, at: clock.now() });
    const behaviour = script.take(request.endpoint);
    return { kind: 'reply', id, offset: clock.offset, ...(behaviour !== undefined && { behaviour }) };
  });
  const keys = options.keys ?? (await generateKeys());
  const secrets = { ...generateSecrets(), ...options.secrets };
  const { factors, play, tls } = options;
  const { issuer, port } = await child.start({
    port: options.port ?? 0,
    keys,
    secrets,
    delay: options.delay ?? 0,
    ...(tls !== undefined && { tls }),
    ...(play !== undefined && { play }),
    ...(factors !== undefined && { factors }),
  });
  const close = (): Promise<void> => child.close();
  return {
    issuer,
    port,
    user: { username: USER.username, password: USER.password },
    factors: FACTORS,
    clock,
    requests,
    client: (flow, variant) => ({
      ...clientOptions(issuer, secrets, flow, variant, tls?.client),
      ...(tls !== undefined && { ca: tls.cert }),
    }),
    human: (username = USER.username, password = USER.password) => human(username, password, { issuer, clock, ca: tls?.cert }),
    assertion: (claims = {}) => assertion(keys, issuer, clock.now(), claims),
    next: (endpoint, behaviour) => script.add(endpoint, behaviour),
    advance: (seconds) => clock.advance(seconds),
    state: () => ({ port, keys, secrets }),
    ended: child.ended,
    close,
    [Symbol.asyncDispose]: close,
  };
}
