/** Running the sandbox until it is interrupted. */
import { join } from 'node:path';
import { setDefaultProfile, writeProfile } from '../../core/config-changes.ts';
import { isPadlockError } from '../../core/errors.ts';
import type { SandboxState } from '../../sandbox/index.ts';
import type { Answer, Context } from '../command.ts';
import { configPlaceOf } from '../config-place.ts';
import { readOwn } from '../own-option.ts';

/** Milliseconds: a day, many times over. */
const LONG = 86_400_000;

const stateFile = ({ world: { host } }: Context): string | undefined => host.directories && join(host.directories.state, 'sandbox.json');

/** Port, keys and secrets of an earlier run; anything unreadable is as good as none, since all of it can be made anew. */
async function kept(context: Context): Promise<Partial<SandboxState>> {
  const path = stateFile(context);
  const content = path && (await context.world.files.read(path));
  try {
    return content ? (JSON.parse(new TextDecoder().decode(content)) as SandboxState) : {};
  } catch {
    return {};
  }
}

/** The profile `sandbox`; it becomes the default one where there was no profile at all. */
async function writeSandboxProfile(
  context: Context,
  values: readonly (readonly [string, string | readonly string[]])[],
): Promise<string | undefined> {
  const { config, world } = context;
  const path = await writeProfile(world.files, configPlaceOf(context), 'sandbox', values);
  if ((config?.profiles.size ?? 0) === 0 && path !== undefined) await setDefaultProfile(world.files, configPlaceOf(context), 'sandbox');
  return path;
}

export async function run(context: Context): Promise<Answer> {
  const { world } = context;
  const port = readOwn(context, 'port') as number | undefined;
  const { startSandbox } = await import('../../sandbox/index.ts');
  const state = await kept(context);
  const running = await start(startSandbox, state, port);
  try {
    const { clientId, clientSecret, issuer, flow } = running.client('password');
    const { username, password } = running.user;
    const path = stateFile(context);
    if (path !== undefined) await world.files.write(path, JSON.stringify(running.state()));
    const profile = await writeSandboxProfile(context, [
      ['issuer', issuer],
      ['clientId', clientId],
      ['clientSecret', clientSecret ?? ''],
      ['verifier', 'shared-secret'],
      ['flow', flow],
      ['username', username],
      ['scope', ['openid', 'profile', 'email', 'offline_access']], // so that its sessions can be refreshed
    ]);
    await world.stderr.write(`The sandbox listens at ${issuer}\n  user      ${username}\n  password  ${password}\n`);
    if (profile !== undefined)
      await world.stderr.write(
        `Its profile is "sandbox". In another terminal:\n  padlock auth -p sandbox --password ${password}\nCtrl-C ends it.\n`,
      );
    // Neither the provider nor a signal handler keeps this process alive; a wait does.
    const gone = new AbortController();
    void running.ended.then(() => gone.abort());
    const end = AbortSignal.any([world.signal, gone.signal]);
    while (!end.aborted) await world.clock.sleep(LONG, end).catch(() => {});
  } finally {
    await running.close();
  }
  return {};
}

/** On the port it had, unless another was asked for; a port that is taken meanwhile is no reason to fail when nobody asked for it. */
async function start(
  startSandbox: typeof import('../../sandbox/index.ts').startSandbox,
  state: Partial<SandboxState>,
  port: number | undefined,
) {
  try {
    return await startSandbox({ ...state, ...(port !== undefined && { port }) });
  } catch (error) {
    if (port !== undefined || state.port === undefined || !isPadlockError(error) || error.code !== 'net_connect') throw error;
    return startSandbox({ ...state, port: 0 });
  }
}
