/** The ports of an embedder who gave none: a real clock, and otherwise nobody to ask, nothing to read, nowhere to write. */
import { fail } from './errors.ts';
import type { Browser, Clock, Host, Log, Notices, Ports, Prompt } from './ports.ts';

/** The system's time. A wait keeps the process alive: somebody waits for what comes after it. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, milliseconds);
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    }),
};

/** Nobody can be asked. */
export const noPrompt: Prompt = {
  available: false,
  ask: async () => fail('prompt_unavailable', 'There is nobody to ask here.'),
};

export const noBrowser: Browser = { available: false, open: async () => false };

/** A machine that tells nothing and runs nothing. */
export const noHost: Host = {
  pid: 0,
  platform: 'unknown',
  directories: undefined,
  env: () => undefined,
  proxyFor: () => undefined,
  run: async () => fail('config_missing_credential', 'Programs are not run here.', { hint: 'Pass a Host port to allow it.' }),
  identity: async () => ({ host: undefined, boot: undefined, namespace: undefined, pid: 0, started: undefined }),
  isRunning: async () => undefined,
};

export const silentLog: Log = { debug: () => {}, info: () => {} };
export const silentNotices: Notices = { warn: () => {}, show: () => {} };

/** Everything but Http, which the container builds when nobody gives one. */
export type HeadlessPorts = Omit<Ports, 'http'> & { readonly http: Ports['http'] | undefined };

/** The ports of the library, with an embedder's own in place of the defaults. */
export const headlessPorts = (own: Partial<Ports> = {}): HeadlessPorts => ({
  clock: own.clock ?? realClock,
  prompt: own.prompt ?? noPrompt,
  browser: own.browser ?? noBrowser,
  files: own.files,
  host: own.host ?? noHost,
  http: own.http,
  log: own.log ?? silentLog,
  notices: own.notices ?? silentNotices,
});
