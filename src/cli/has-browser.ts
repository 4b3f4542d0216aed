/** Can a browser be opened on this machine? A text browser would take over the terminal, so on Linux and its like there has to be a desktop. */
import type { Environment } from './proxy.ts';

const DESKTOPS: ReadonlySet<NodeJS.Platform> = new Set(['darwin', 'win32']);

export const hasDesktop = (env: Environment, platform: NodeJS.Platform): boolean =>
  DESKTOPS.has(platform) ? !env.SSH_CONNECTION : Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME);

/** BROWSER names one, whatever there is else. */
export const hasBrowser = (env: Environment, platform: NodeJS.Platform): boolean => Boolean(env.BROWSER) || hasDesktop(env, platform);
