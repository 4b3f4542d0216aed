/** What the sandbox and its process say to each other. JSON over IPC, in order. */
import type { Behaviour } from './behaviour.ts';
import type { RecordedRequest } from './requests.ts';
import type { SandboxState } from './state.ts';

export interface Setup extends SandboxState {
  /** PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
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
