/** A real browser with somebody in front of it, and the packed CLI that opens it. */
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type CliOptions, makeHome, type RunningCli, startCli } from '../support/cli.ts';

/** Nothing of it leaves the machine. */
const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Call it at the top of a file; the function it returns opens a window that remembers nobody. */
export function chromiumWindows(): (size?: { readonly width: number; readonly height: number }) => Promise<BrowserContext> {
  let browser: Browser;
  const windows: BrowserContext[] = [];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM as string, args: QUIET });
  }, 60_000);
  afterEach(async () => {
    for (const window of windows.splice(0)) await window.close();
  });
  afterAll(() => browser.close());
  return async (viewport = { width: 1280, height: 800 }) => {
    const window = await browser.newContext({ viewport });
    windows.push(window);
    return window;
  };
}

export interface Started extends RunningCli {
  /** The address that the program opened. */
  opened(): Promise<string>;
  /** What its browser found in its environment. */
  environment(): string;
}

/** Starts the packed CLI on a machine whose browser writes down what it is told to open. */
export function startWithBrowser(args: readonly string[], options: CliOptions = {}): Started {
  const home = options.home ?? makeHome();
  const script = join(home, 'browser');
  const [address, environment] = [join(home, 'opened'), join(home, 'environment')];
  for (const path of [address, environment]) rmSync(path, { force: true });
  writeFileSync(script, `#!/bin/sh\nenv > "$HOME/environment"\nprintf %s "$1" > "$HOME/opening"\nmv "$HOME/opening" "$HOME/opened"\n`);
  chmodSync(script, 0o755);
  const running = startCli(args, { deadline: 50_000, ...options, home, env: { ...options.env, BROWSER: script } });
  return {
    ...running,
    environment: () => readFileSync(environment, 'utf8'),
    async opened() {
      const ended = running.ended().then(({ code, stderr }) => Promise.reject(new Error(`It ended with ${code}: ${stderr}`)));
      const found = (async () => {
        while (!existsSync(address)) await new Promise((resolve) => setTimeout(resolve, 20));
        return readFileSync(address, 'utf8');
      })();
      return Promise.race([found, ended]);
    },
  };
}

export interface Glewlwyd {
  readonly issuers: Readonly<Record<'RS256' | 'ES256', string>>;
  readonly redirect_uris: readonly string[];
  readonly user: { readonly username: string; readonly password: string };
  readonly clients: Readonly<
    Record<'confidential' | 'device' | 'new' | 'newPublic' | 'public', { readonly id: string; readonly secret?: string }>
  >;
}

/** The server that `start.ts` started. */
export const glewlwyd = (): Glewlwyd => JSON.parse(process.env.GLEWLWYD ?? '{}') as Glewlwyd;

/** Types name and password into the sandbox's login page, and agrees to what the client asks for. */
export async function signInAtSandbox(
  page: Page,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<void> {
  await page.getByLabel('Email').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
}
