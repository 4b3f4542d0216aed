/** The program of the sandbox's process; the build bundles it, oidc-provider included, into one file. */
import './provider/quiet.ts';
import type { FromProvider, ToProvider } from './protocol.ts';
import { serve } from './provider/serve.ts';
import { setOffset } from './provider/time.ts';

type Reply = ToProvider & { kind: 'reply' };

const waiting = new Map<number, (reply: Reply) => void>();
let requests = 0;

const tell = (message: FromProvider): void => {
  process.send?.(message);
};

function failed(error: unknown): void {
  const { code, message } = error as { readonly code?: unknown; readonly message?: string };
  const report: FromProvider = { kind: 'failed', message: String(message ?? error), ...(typeof code === 'string' && { code }) };
  if (process.send === undefined) process.exit(1);
  process.send(report, () => process.exit(1));
}

process.on('disconnect', () => process.exit());
// The parent decides when to go: Ctrl-C reaches the whole group.
process.on('SIGINT', () => {});
process.on('uncaughtException', failed);
process.on('unhandledRejection', failed);
process.on('message', (message: ToProvider) => {
  if (message.kind === 'reply') {
    setOffset(message.offset);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
    return;
  }
  serve(message.setup, (request) => {
    const id = ++requests;
    return new Promise((resolve) => {
      waiting.set(id, ({ behaviour }) => resolve(behaviour));
      tell({ kind: 'request', id, request });
    });
  }).then(({ issuer, port }) => tell({ kind: 'ready', issuer, port }), failed);
});
