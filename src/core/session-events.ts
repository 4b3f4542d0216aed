/** What happens to sessions, for a program that wants to know. */
import { injectable } from './inject.ts';
import type { Session } from './session.ts';

export type PadlockEvent = 'acquired' | 'refreshed' | 'dropped';
export type SessionListener = (session: Session) => void;

@injectable()
export class SessionEvents {
  readonly #listeners = new Map<PadlockEvent, Set<SessionListener>>();

  /** Returns what ends the listening. */
  on(event: PadlockEvent, listener: SessionListener): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  emit(event: PadlockEvent, session: Session): void {
    for (const listener of this.#listeners.get(event) ?? [])
      try {
        listener(session);
      } catch (error) {
        queueMicrotask(() => {
          throw error; // uncaught, as EventTarget does it: a listener's fault must not cost the session
        });
      }
  }
}
