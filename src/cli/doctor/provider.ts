/** The provider as far as it can be seen without anybody's secret: its documents, the way to it, its clock, and what it lists. */
import { isPadlockError, type PadlockError } from '../../core/errors.ts';
import { doubtful, type Finding, failing, fine } from '../../core/finding.ts';
import type { ProviderInfo } from '../../core/messages.ts';
import type { Host } from '../../core/ports.ts';
import type { Provider } from '../../core/provider.ts';
import type { Settings } from '../../core/settings.ts';
import { excerpt } from '../../core/text.ts';
import { proxyUrl } from '../../core/tunnel.ts';
import { isLoopback, parseUrl } from '../../core/url.ts';
import type { Context } from '../command.ts';
import { clockFinding } from './clock.ts';
import { keyFinding } from './keys.ts';
import { clientAuthentication, flows } from './offers.ts';
import type { WatchedHttp } from './watch.ts';

/** What a failure of the first request tells about, where it is not the document itself. */
const ABOUT: Readonly<Record<string, string>> = {
  net_tls: 'tls',
  net_proxy: 'proxy',
  config_insecure_url: 'issuer',
  config_bad_url: 'issuer',
};

export async function provider(
  { registry, world }: Context,
  settings: Settings,
  door: Provider,
  http: WatchedHttp,
): Promise<readonly Finding[]> {
  const issuer = settings.text('issuer');
  if (issuer === undefined)
    return [doubtful('provider', 'None is configured.', 'Give --issuer URL, or write a profile: padlock config init.')];
  const way = proxy(world.host, issuer);
  let info: ProviderInfo;
  try {
    info = await door.info(issuer, settings.text('clientId') ?? '', world.signal);
  } catch (error) {
    const wrong = failing(ABOUT[codeOf(error)] ?? 'discovery', error as PadlockError);
    return [...way.filter(({ name }) => name !== wrong.name), wrong];
  }
  const [answer] = http.answers;
  const tolerance = settings.get('clockSkew');
  return [
    ...way,
    answer === undefined
      ? fine('discovery', 'It is not asked: the endpoints are given by hand.')
      : fine('discovery', `${excerpt(issuer, 200)} answers.`),
    ...(answer === undefined ? [] : [tls(issuer, settings), clockFinding(answer, typeof tolerance === 'number' ? tolerance : 30)]),
    await keyFinding(door, info, world.signal),
    flows(info, settings, registry),
    clientAuthentication(info, settings, registry),
  ];
}

function codeOf(error: unknown): string {
  if (!isPadlockError(error)) throw error;
  return error.code;
}

function tls(issuer: string, settings: Settings): Finding {
  if (!issuer.startsWith('https:')) return fine('tls', 'Plain http, to an address that never leaves this machine.');
  return fine(
    'tls',
    settings.has('caFile') ? 'The certificate is trusted, with the authorities of --ca-file.' : 'The certificate is trusted.',
  );
}

/** Which way requests take, as the variables say. Never the proxy's user and password. */
function proxy(host: Host, issuer: string): readonly Finding[] {
  const target = parseUrl(issuer);
  if (target === undefined || isLoopback(target.hostname)) return [];
  const set = (name: string): boolean => Boolean(host.env(name) || host.env(name.toUpperCase()));
  const chosen = host.proxyFor(issuer);
  if (chosen !== undefined) {
    try {
      return [fine('proxy', `Requests to ${target.host} go through the proxy ${proxyUrl(chosen).host}.`)];
    } catch (error) {
      codeOf(error);
      return [failing('proxy', error as PadlockError)];
    }
  }
  if (set('https_proxy') || set('all_proxy')) return [fine('proxy', `NO_PROXY names ${target.host}: requests go straight to it.`)];
  if (set('http_proxy'))
    return [
      doubtful(
        'proxy',
        'HTTP_PROXY is set, and is for http only: requests go straight to the provider.',
        'If they should not, set HTTPS_PROXY.',
      ),
    ];
  return [fine('proxy', 'There is none: requests go straight to the provider.')];
}
