/** Every command, in the order of help. */
import type { Command } from '../command.ts';
import { auth } from './auth.ts';
import { config } from './config.ts';
import { doctor } from './doctor.ts';
import { exec } from './exec.ts';
import { help } from './help.ts';
import { logout } from './logout.ts';
import { plugin } from './plugin.ts';
import { sandbox } from './sandbox.ts';
import { sessions } from './sessions.ts';
import { strategies } from './strategies.ts';
import { token } from './token.ts';
import { verify } from './verify.ts';
import { version } from './version.ts';
import { whoami } from './whoami.ts';

export const commands: readonly Command[] = [
  auth,
  token,
  exec,
  whoami,
  sessions,
  logout,
  verify,
  config,
  strategies,
  plugin,
  sandbox,
  doctor,
  help,
  version,
];
