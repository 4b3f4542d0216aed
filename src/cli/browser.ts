/** Opens the system's browser: BROWSER if it is set, else what the desktop uses. */
import { spawn } from 'node:child_process';
import { childEnv } from './child-env.ts';
import { hasDesktop } from './has-browser.ts';
import type { Environment } from './proxy.ts';

type Command = readonly string[];

/** Milliseconds after which a program that still runs has opened something. */
const PATIENCE = 3000;

/** BROWSER is a list of commands, tried in turn; `%s` in one is the URL, which is otherwise its last word. */
function preferred(list: string, url: string, platform: NodeJS.Platform): readonly Command[] {
  return list
    .split(platform === 'win32' ? ';' : ':')
    .map((command) => command.trim().split(/\s+/))
    .filter(([program]) => program)
    .map((words) => (words.some((word) => word.includes('%s')) ? words.map((word) => word.replaceAll('%s', url)) : [...words, url]));
}

function usual(url: string, env: Environment, platform: NodeJS.Platform): readonly Command[] {
  if (platform === 'darwin') return [['open', url]];
  if (platform === 'win32') return [['rundll32', 'url.dll,FileProtocolHandler', url]];
  return hasDesktop(env, platform) ? [['xdg-open', url]] : [];
}

/** False when nothing could be started, or what was started failed at once. No shell sees the URL. */
export async function openBrowser(url: string, env: Environment, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (!/^https?:\/\//.test(url)) return false; // check: scheme of what is opened
  const commands = env.BROWSER ? preferred(env.BROWSER, url, platform) : usual(url, env, platform);
  for (const command of commands) if (await starts(command, env)) return true;
  return false;
}

function starts([program = '', ...words]: Command, env: Environment): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { env: childEnv(env), shell: false, stdio: 'ignore', detached: true, windowsHide: true });
    child.unref();
    const timer = setTimeout(() => resolve(true), PATIENCE).unref();
    const end = (opened: boolean): void => {
      clearTimeout(timer);
      resolve(opened);
    };
    child.once('error', () => end(false)).once('exit', (code) => end(code === 0));
  });
}
