/** What every request passes on its way in, and every answer on its way out: where the test's wishes are carried out. */
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Behaviour, Endpoint, Json } from '../behaviour.ts';
import { CLIENTS } from '../clients.ts';
import type { Setup } from '../protocol.ts';
import type { RecordedRequest } from '../requests.ts';
import { ROUTES } from './configuration.ts';
import { dialectOf } from './dialects/play.ts';
import { wantNonce } from './dpop-nonce.ts';
import { forge } from './forge.ts';
import { interact } from './interaction.ts';
import { PHONE, type Phone } from './phone.ts';

/** Tells the parent of a request and returns what it wants done with it. */
export type Ask = (request: Omit<RecordedRequest, 'at'>) => Promise<Behaviour | undefined>;

const NAMES: Readonly<Record<string, Endpoint>> = { pushed_authorization_request: 'par', code_verification: 'device' };
const PATHS: readonly (readonly [string, Endpoint])[] = [
  ...Object.entries(ROUTES).map(([name, path]) => [path, NAMES[name] ?? (name as Endpoint)] as const),
  ['/interaction', 'interaction'],
  [PHONE, 'phone'],
  ['/mfa', 'mfa'],
  ['/challenge', 'mfa'],
  ['/.well-known/openid-configuration', 'discovery'],
  ['/.well-known/oauth-authorization-server', 'discovery'],
];
const endpointOf = (path: string): Endpoint => PATHS.find(([known]) => path === known || path.startsWith(`${known}/`))?.[1] ?? 'other';

/** More than any honest request; what is above is not read. */
const LARGEST = 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST) throw new Error('The request is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Auth0 takes JSON in some places. */
function formOf(type: string | undefined, body: string): URLSearchParams {
  if (type?.startsWith('application/json') !== true) return new URLSearchParams(body);
  const members = Object.entries(JSON.parse(body) as Record<string, unknown>);
  return new URLSearchParams(members.filter((member): member is [string, string] => typeof member[1] === 'string'));
}

function say(ctx: KoaContextWithOIDC, status: number, body: Json): void {
  ctx.status = status;
  ctx.body = body; // Koa makes JSON of it
}

const fields = (parameters: URLSearchParams): Readonly<Record<string, string | readonly string[]>> =>
  Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, several(parameters.getAll(name))]));
const several = (values: readonly string[]): string | readonly string[] => (values.length === 1 ? (values[0] ?? '') : values);

const BASIC_ONLY: ReadonlySet<string | null> = new Set(
  Object.values(CLIENTS).flatMap(({ id, auth }) => (auth === 'client_secret_basic' ? [id] : [])),
);

/**
 * What oidc-provider is to see: `audience`, Auth0's name for `resource` (RFC 8707); no posted secret of the client that has to use Basic; offline
 * access, which it gives with consent only, for who just asks, as most providers do.
 */
function adapt(parameters: URLSearchParams): string {
  if (BASIC_ONLY.has(parameters.get('client_id'))) parameters.delete('client_secret');
  const audience = parameters.get('audience');
  if (audience !== null && !parameters.has('resource')) parameters.set('resource', audience);
  if (/\boffline_access\b/.test(parameters.get('scope') ?? '') && parameters.has('response_type') && !parameters.has('prompt'))
    parameters.set('prompt', 'consent');
  return parameters.toString();
}

/** The middleware around oidc-provider's own. */
export function door(provider: Provider, phone: Phone, setup: Setup, ask: Ask) {
  const dialect = dialectOf(setup);
  /** For the next time that a browser is sent back to its client. */
  let redirect: Behaviour['redirect'];

  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    const form = formOf(ctx.req.headers['content-type'], await bodyOf(ctx.req));
    const request = {
      endpoint: endpointOf(ctx.path),
      method: ctx.method,
      path: ctx.url,
      query: fields(new URLSearchParams(ctx.querystring)),
      headers: Object.fromEntries(Object.entries(ctx.headers).map(([name, value]) => [name, String(value)])),
      form: fields(form),
    };
    const behaviour = (await ask(request)) ?? {};
    ctx.set('date', new Date().toUTCString());
    if (behaviour.hangUp !== 'before') {
      await answer(ctx, behaviour, async () => {
        if (request.endpoint === 'interaction') return interact(provider, ctx, form);
        if (request.endpoint === 'phone') return phone.answer(provider, ctx, form);
        if (behaviour.dpopNonce === true) wantNonce(ctx);
        const played = dialect({ method: ctx.method, path: ctx.path, headers: request.headers, form });
        if (played !== undefined && 'status' in played) return say(ctx, played.status, played.body);
        // oidc-provider takes the body that was read already from here.
        Object.assign(ctx.req, { body: adapt(played?.form ?? form) });
        if (request.endpoint === 'authorization') ctx.querystring = adapt(new URLSearchParams(ctx.querystring));
        await next();
        if (played?.add !== undefined) change(ctx, { response: played.add });
      });
    }
    const delay = setup.delay + (behaviour.delay ?? 0);
    if (delay > 0) await sleep(delay);
    if (behaviour.hangUp !== undefined) hangUp(ctx, behaviour.hangUp);
  };

  async function answer(ctx: KoaContextWithOIDC, behaviour: Behaviour, honest: () => Promise<void>): Promise<void> {
    if (behaviour.status === undefined && behaviour.body === undefined) {
      redirect = behaviour.redirect ?? redirect;
      await honest();
      change(ctx, behaviour);
      if (redirect !== undefined && changeRedirect(ctx, redirect)) redirect = undefined;
    } else {
      ctx.status = behaviour.status ?? 200;
      if (typeof behaviour.body === 'string') ctx.body = behaviour.body;
      else if (behaviour.body === undefined) ctx.body = '';
      else {
        ctx.type = 'application/json; charset=utf-8';
        ctx.body = JSON.stringify(behaviour.body);
      }
    }
    ctx.set({ ...behaviour.headers });
  }

  function change(ctx: KoaContextWithOIDC, { idToken, accessToken, response }: Behaviour): void {
    if (typeof ctx.body !== 'object' || ctx.body === null || Array.isArray(ctx.body)) return;
    const body = { ...(ctx.body as Record<string, unknown>) };
    if (idToken !== undefined && typeof body.id_token === 'string') body.id_token = forge(body.id_token, idToken, setup);
    if (accessToken !== undefined && typeof body.access_token === 'string')
      body.access_token = forge(body.access_token, accessToken, setup);
    for (const [member, value] of Object.entries(response ?? {})) {
      if (value === null) delete body[member];
      else body[member] = value;
    }
    // Koa would guess the type anew.
    const type = ctx.response.get('content-type');
    ctx.body = body;
    if (type !== '') ctx.set('content-type', type);
  }
}

/** Sends a browser that leaves for its client there with other parameters; false when it stays here. */
function changeRedirect(ctx: KoaContextWithOIDC, parameters: NonNullable<Behaviour['redirect']>): boolean {
  const location = ctx.response.get('location');
  if (location === '' || new URL(location, ctx.href).origin === new URL(ctx.href).origin) return false;
  const url = new URL(location);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  ctx.redirect(url.href);
  return true;
}

/** Takes the answer out of Koa's hands and breaks it off. */
function hangUp(ctx: KoaContextWithOIDC, where: 'before' | 'headers' | 'body'): void {
  const { res, socket } = ctx;
  const status = ctx.status;
  const body = Buffer.from(typeof ctx.body === 'string' ? ctx.body : JSON.stringify(ctx.body ?? ''));
  ctx.respond = false;
  if (where === 'before') {
    socket.destroy();
    return;
  }
  res.writeHead(status, { 'content-length': body.length });
  res.flushHeaders();
  if (where === 'body') res.write(body.subarray(0, Math.ceil(body.length / 2)));
  socket.end();
}
