/** C9–C18 and C26: certificates, authorities, proxies, addresses. */
import { deepEqual, match, strictEqual } from 'node:assert/strict';
import { join } from 'node:path';
import { certificate } from '../../support/certificate.ts';
import { blackHole } from '../network/black-hole.ts';
import { canary } from '../network/good.ts';
import type { ProviderOptions } from '../network/provider.ts';
import { type ProxyOptions, proxy } from '../network/proxy.ts';
import { resolving } from '../network/resolver.ts';
import { expired, notYetValid, old, privateAuthority, selfSigned, wrongHost } from '../network/tls.ts';
import type { Provocation, Row, World } from '../row.ts';

const NAME = 'id.example.test';
const CA = 'ca.pem';

/** A sign-in at a provider that speaks TLS. */
const secured = (
  id: string,
  what: string,
  listen: ProviderOptions,
  run: Row['run'],
  expected: Pick<Row, 'exit' | 'code'>,
  more: Partial<Row> = {},
): Row => ({
  id,
  what,
  answers: {},
  listen,
  run,
  ...expected,
  ...more,
});
const AUTH = { args: ['auth'] } as const;
const REFUSED = { exit: 6, code: 'net_tls' } as const;
const NEVER = { none: 'nobody gets through to this provider' } as const;
const NOBODY = (_: unknown, { idp }: World): void => deepEqual(idp.requests, []);

/** With the authority of its provider in a file, or something else in that file. */
const trusting =
  (content?: string, more: Partial<Provocation> = {}): ((world: World) => Provocation) =>
  ({ home, idp }) => ({
    ...more,
    args: ['auth', '--ca-file', join(home, CA)],
    files: { ...more.files, [CA]: content ?? idp.authority ?? '' },
  });
const wrongFile = (id: string, what: string, run: Row['run']): Row =>
  secured(id, what, { tls: selfSigned }, run, { exit: 3, code: 'config_bad_ca' }, { check: NOBODY });

const CERTIFICATES: readonly Row[] = [
  secured('C9', 'a certificate that nobody vouches for', { tls: selfSigned }, AUTH, REFUSED, {
    check: ({ error }, world) => {
      match(String(error?.hint), /--ca-file/);
      NOBODY(error, world);
    },
  }),
  secured('C10expired', 'a certificate that has expired', { tls: expired }, trusting(), REFUSED, { afterwards: NEVER, check: NOBODY }),
  secured('C10early', 'a certificate that is not valid yet', { tls: notYetValid }, trusting(), REFUSED, {
    afterwards: NEVER,
    check: NOBODY,
  }),
  secured('C10host', 'a certificate for another host', { tls: wrongHost }, trusting(), REFUSED, { afterwards: NEVER, check: NOBODY }),
  secured('C10unknown', 'a certificate of an unknown authority', { tls: () => privateAuthority() }, AUTH, REFUSED, { check: NOBODY }),
  secured(
    'C10other',
    'a certificate of another authority than the one that is trusted',
    { tls: () => privateAuthority() },
    trusting(certificate({ subject: 'Somebody else' }).cert),
    REFUSED,
    {
      check: NOBODY,
    },
  ),
  secured('C11', 'a server that speaks TLS 1.0 at most', { tls: old }, trusting(), REFUSED, { afterwards: NEVER, check: NOBODY }),
  secured(
    'C12',
    'a private authority that is trusted, for every request',
    { tls: () => privateAuthority() },
    trusting(),
    { exit: 0 },
    {
      check: (_, { idp }) => deepEqual(idp.requests.map(({ endpoint }) => endpoint).sort(), ['discovery', 'jwks', 'token']),
    },
  ),
  secured(
    'C12bundle',
    'an authority among others, with words between them',
    { tls: () => privateAuthority() },
    (world) => trusting(`# ours\n${certificate({ subject: 'Somebody else' }).cert}\nand theirs\n${world.idp.authority}`)(world),
    { exit: 0 },
  ),
  wrongFile('C12none', 'a file of authorities that is not there', { args: ['auth', '--ca-file', 'nosuch.pem'] }),
  wrongFile('C12empty', 'a file of authorities without one', trusting('no certificate at all\n')),
  wrongFile('C12torn', 'a certificate that is torn', trusting(certificate().cert.replace(/\n.{64}\n/, '\n'))),
  wrongFile('C12key', 'a key in the place of a certificate', trusting(certificate().key)),
  secured(
    'C26',
    'Node told not to check certificates: Padlock does',
    { tls: selfSigned },
    { ...AUTH, env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
    REFUSED,
    {
      check: NOBODY,
    },
  ),
  secured(
    'C26told',
    'Node told not to check certificates: it is told each time',
    { tls: selfSigned },
    trusting(undefined, { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }),
    { exit: 0 },
    {
      check: ({ json, stderr }) => {
        strictEqual(stderr, '');
        deepEqual(
          (json().warnings as { code: string }[]).map(({ code }) => code),
          ['tls_checks_disabled'],
        );
      },
    },
  ),
];

/** A provider that has a name and is reached through a proxy. */
const proxied = (
  id: string,
  what: string,
  expected: Pick<Row, 'exit' | 'code'>,
  options: Partial<ProxyOptions>,
  env: (url: string, port: number) => Readonly<Record<string, string>>,
  more: Partial<Row> & { readonly args?: readonly string[]; readonly through?: readonly string[] } = {},
): Row => {
  const { args = [], through, ...rest } = more;
  let connects: readonly string[] = [];
  return secured(
    id,
    what,
    { tls: () => privateAuthority(NAME), name: NAME },
    async (world) => {
      const way = await proxy(world.net, { to: world.idp.port, ...options });
      connects = way.connects;
      const own = trusting()(world);
      return { ...own, args: [...own.args, ...args], env: env(way.url, world.idp.port) };
    },
    expected,
    {
      check: (_, { idp }) => {
        deepEqual([...new Set(connects)], [`${NAME}:${idp.port}`]);
        for (const endpoint of through ?? []) strictEqual(idp.at(endpoint as 'token').length, 1);
      },
      ...(expected.exit !== 0 && { afterwards: NEVER }),
      ...rest,
    },
  );
};
const PASSWORD = canary('proxy');
const OTHER = canary('other');
const wrongPassword = (url: string): string => url.replace(PASSWORD, OTHER);
const DEAD = { exit: 6, code: 'net_proxy' } as const;

const PROXIES: readonly Row[] = [
  proxied('C13', 'a proxy for discovery, keys, tokens and userinfo', { exit: 0 }, {}, (url) => ({ HTTPS_PROXY: url }), {
    args: ['--verifier', 'userinfo'],
    through: ['discovery', 'jwks', 'token', 'userinfo'],
  }),
  proxied('C13lower', 'a proxy in small letters', { exit: 0 }, {}, (url) => ({ https_proxy: url, HTTPS_PROXY: 'http://127.0.0.1:1' })),
  proxied('C13all', 'a proxy for everything', { exit: 0 }, {}, (url) => ({ ALL_PROXY: url })),
  proxied('C13credentials', 'a proxy with a password', { exit: 0 }, { credentials: `acme:${PASSWORD}` }, (url) => ({ HTTPS_PROXY: url }), {
    secrets: [PASSWORD],
  }),
  proxied('C14not', 'a proxy, and exceptions that look like the name', { exit: 0 }, {}, (url, port) => ({
    HTTPS_PROXY: url,
    NO_PROXY: `ample.test,d.example.test,${NAME}:${port + 1},127.0.0.0/8`,
  })),
  proxied(
    'C15',
    'a proxy that wants a password',
    DEAD,
    { credentials: `acme:${PASSWORD}` },
    (url) => ({ HTTPS_PROXY: wrongPassword(url) }),
    {
      secrets: [PASSWORD, OTHER],
    },
  ),
  proxied('C15none', 'a proxy that wants a password, and none', DEAD, { credentials: `acme:${PASSWORD}` }, (url) => ({
    HTTPS_PROXY: url.replace(/\/\/.*@/, '//'),
  })),
  proxied('C15refuses', 'a proxy that refuses', DEAD, { says: 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n' }, (url) => ({
    HTTPS_PROXY: url,
  })),
  {
    id: 'C16',
    what: 'a proxy that is dead',
    answers: {},
    run: async ({ net }) => ({
      args: ['auth'],
      env: { PADLOCK_ISSUER: `https://${NAME}`, HTTPS_PROXY: `http://acme:${PASSWORD}@127.0.0.1:${await net.dead()}` },
    }),
    secrets: [PASSWORD],
    ...DEAD,
  },
];

/** NO_PROXY names the provider, so the proxy is not asked; a name server leads to it. */
const direct = (id: string, what: string, exceptions: (port: number) => string): Row => {
  let connects: readonly string[] = [];
  return secured(
    id,
    what,
    { tls: () => privateAuthority(NAME), name: NAME },
    async (world) => {
      const way = await proxy(world.net, { to: world.idp.port });
      connects = way.connects;
      const names = await resolving(world.net, ['127.0.0.1']);
      return { ...names, ...trusting(undefined, names)(world), env: { HTTPS_PROXY: way.url, NO_PROXY: exceptions(world.idp.port) } };
    },
    { exit: 0 },
    { hosts: [NAME], afterwards: { none: 'the name is known to the row alone' }, check: () => deepEqual(connects, []) },
  );
};
/** An address of a network that the program cannot reach at all; whether it tries the proxy shows in the code. */
const block = (id: string, what: string, exceptions: string, code: NonNullable<Row['code']>): Row => ({
  id,
  what,
  answers: {},
  run: async ({ net }) => ({
    args: ['auth'],
    env: { PADLOCK_ISSUER: 'https://192.0.2.7', HTTPS_PROXY: `http://127.0.0.1:${await net.dead()}`, NO_PROXY: exceptions },
    under: 'exec unshare -rn "$@"',
  }),
  hosts: code === 'net_proxy' ? [] : ['192.0.2.7'],
  exit: 6,
  code,
});

const EXCEPTIONS: readonly Row[] = [
  direct('C14', 'a domain without a proxy', () => 'elsewhere.test, example.test'),
  direct('C14dot', 'a domain with a dot before it', () => '.example.test'),
  direct('C14port', 'a name with its port', (port) => `${NAME}:${port}`),
  direct('C14all', 'no proxy for anybody', () => '*'),
  block('C14block', 'a block of addresses without a proxy', '198.51.100.0/24,192.0.2.0/28', 'net_connect'),
  block('C14blockother', 'a block of other addresses', '198.51.100.0/24,192.0.2.8/29', 'net_proxy'),
];

/** A name with two addresses. */
const dual = (id: string, what: string, swallows: boolean): Row =>
  secured(
    id,
    what,
    { tls: () => privateAuthority(NAME), name: NAME },
    async (world) => {
      if (swallows) await blackHole(world.net, '::1', world.idp.port);
      const names = await resolving(world.net, ['::1', '127.0.0.1']);
      return { ...names, ...trusting(undefined, names)(world) };
    },
    { exit: 0 },
    {
      hosts: [NAME],
      afterwards: { none: 'the name is known to the row alone' },
      check: (_, { idp }) => strictEqual(idp.at('token').length, 1),
    },
  );

const ADDRESSES: readonly Row[] = [
  secured('C17', 'a provider on IPv6 alone', { host: '::1' }, AUTH, { exit: 0 }),
  secured('C17tls', 'a provider on IPv6 alone, with TLS', { host: '::1', tls: selfSigned }, trusting(), { exit: 0 }),
  dual('C18', 'a name whose IPv6 address swallows everything', true),
  dual('C18refused', 'a name whose IPv6 address refuses', false),
];

export const ANOTHER_WAY: readonly Row[] = [...CERTIFICATES, ...PROXIES, ...EXCEPTIONS, ...ADDRESSES];
