/** Everything that `padlock doctor` looks at, from the ground up. It works on what is broken, asks nobody, and sends no secret to a provider. */
import { isPadlockError } from '../../core/errors.ts';
import { type Finding, failing, fine } from '../../core/finding.ts';
import { runOptions } from '../../core/general-options.ts';
import { silentLog } from '../../core/headless.ts';
import { NodeHttp } from '../../core/http.ts';
import { type Container, resolve } from '../../core/inject.ts';
import { Services } from '../../core/services.ts';
import type { Settings } from '../../core/settings.ts';
import { StoreOpener } from '../../core/store-opener.ts';
import { caFrom } from '../ca-file.ts';
import type { Context } from '../command.ts';
import { chooseStore } from '../store.ts';
import { configuration, plugins } from './configuration.ts';
import { provider } from './provider.ts';
import { environment, nodeFinding } from './runtime.ts';
import { secrets } from './secrets.ts';
import { settled } from './settings.ts';
import { type WatchedHttp, watched } from './watch.ts';

export async function examine(context: Context): Promise<readonly Finding[]> {
  const { world } = context;
  const found: Finding[] = [nodeFinding(process.versions.node, world.clock.now()), ...(await environment(world))];
  const { fault, profile, settings } = await settled(context);
  found.push(...configuration(context, profile), ...(await plugins(context)));
  if (fault !== undefined && !found.some(({ detail }) => detail === fault.message)) found.push(failing('settings', fault));
  found.push(...(await secrets(context, settings)));
  const { container, http } = await wired(context, settings, found);
  const services = await resolve(container, Services)();
  const [ofProvider, ofStore] = await Promise.all([
    provider(context, settings, services.provider, http),
    store(resolve(container, StoreOpener)),
  ]);
  return [...found, ...ofProvider, ...ofStore];
}

/** Whatever of it is usable is wired; what is not is added to `found`. Documents are fetched anew. */
async function wired(
  { config, ports, program, registry, wire, world }: Context,
  settings: Settings,
  found: Finding[],
): Promise<{ readonly container: Container; readonly http: WatchedHttp }> {
  const attempt = async <T>(name: string, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!isPadlockError(error)) throw error;
      found.push(failing(name, error));
      return undefined;
    }
  };
  const given = await ports();
  const ca = program.ca ?? (await attempt('tls', () => caFrom(settings, config, world)));
  const kept = (await attempt('store', () => chooseStore(settings, registry, world.host))) ?? settings;
  const timeout = settings.get('timeout');
  const door =
    given.http ??
    new NodeHttp(world.host, world.clock, given.log ?? silentLog, { ca, timeout: typeof timeout === 'number' ? timeout : undefined });
  const http = watched(door, world.clock);
  return { http, container: wire(kept.choosing('noCache', runOptions.noCache, true), { ports: { ...given, http }, ca }) };
}

async function store(opener: StoreOpener): Promise<readonly Finding[]> {
  try {
    const { findings, name } = await opener.examine();
    return findings.length > 0 ? findings : [fine('store', `Sessions are kept in the ${name} store, which has nothing to tell of itself.`)];
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    return [failing('store', error)];
  }
}
