/** The proxy variables, read as curl and Go read them. */

/** Loaded when NO_PROXY has to be read: most runs do without. */
const net = (): typeof import('node:net') => process.getBuiltinModule('node:net');

export type Environment = Readonly<Record<string, string | undefined>>;

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Lower case first; an empty variable is none. */
const variable = (env: Environment, name: string): string | undefined => env[name] || env[name.toUpperCase()] || undefined;

/**
 * The proxy for a URL: HTTPS_PROXY or ALL_PROXY, unless NO_PROXY names the host. HTTP_PROXY is not read: Padlock speaks http to loopback only.
 * An entry of NO_PROXY is `*`, a domain (with its subdomains; a leading dot or `*.` is the same), an address, or a CIDR block, each but the last with an optional port.
 */
export function proxyFor(env: Environment, text: string): string | undefined {
  const url = new URL(text);
  if (url.protocol !== 'https:') return undefined;
  const proxy = variable(env, 'https_proxy') ?? variable(env, 'all_proxy');
  if (proxy === undefined) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const port = url.port || PORTS[url.protocol] || '';
  const entries = (variable(env, 'no_proxy') ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  return entries.some((entry) => names(entry, host, port)) ? undefined : proxy;
}

function names(entry: string, host: string, port: string): boolean {
  const { isIP } = net();
  if (entry === '*') return true;
  if (entry.includes('/')) return inBlock(entry, host);
  // an IPv6 address has colons of its own, so its port needs brackets
  const [, address, only] = (isIP(entry) === 0 ? /^(.+?)(?::(\d+))?$/.exec(entry) : null) ?? ['', entry];
  if (only !== undefined && only !== port) return false;
  const name = (address ?? entry).replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return isIP(name) !== 0 && inBlock(`${name}/${isIP(name) === 6 ? 128 : 32}`, host);
  const domain = name.replace(/^\*?\.+/, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function inBlock(block: string, host: string): boolean {
  const { BlockList, isIP } = net();
  const [network = '', bits = ''] = block.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 6 ? 128 : 32)) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}
