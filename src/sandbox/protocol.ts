/** What the sandbox and its process say to each other. JSON over IPC, in order. */
import type { TlsIdentity } from '../core/ports.ts';
import type { Behaviour } from './behaviour.ts';
import type { Factor, Play } from './clients.ts';
import type { RecordedRequest } from './requests.ts';
import type { SandboxState } from './state.ts';

/** PEM. */
export interface SandboxTls extends TlsIdentity {
  /** The certificate of its clients `tls` and `selfSignedTls`, and the authority that signed it; by default it did so itself. */
  readonly client?: TlsIdentity & { readonly ca?: string };
}

export interface Setup extends SandboxState {
  readonly tls?: SandboxTls;
  readonly play?: Play;
  readonly factors?: readonly Factor[];
  /** Milliseconds added to every answer. */
  readonly delay: number;
}

export type ToProvider =
  | { readonly kind: 'start'; readonly setup: Setup }
  /** The reply to a request: the clock to handle it by, and what to do with it. */
  | { readonly kind: 'reply'; readonly id: number; readonly offset: number; readonly behaviour?: Behaviour };

export type FromProvider =
  | { readonly kind: 'ready'; readonly issuer: string; readonly port: number }
  | { readonly kind: 'failed'; readonly code?: string; readonly message: string }
  | { readonly kind: 'request'; readonly id: number; readonly request: Omit<RecordedRequest, 'at'> };
