/** Alice's browser: follows redirects, keeps cookies, fills in every form it meets, and ends where a server sends it back to Padlock. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Sending {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM of what to trust. */
  readonly ca?: string | undefined;
}

/** One request, whatever comes of it. */
export const send = (url: string, { body, ca, headers = {}, method = 'GET' }: Sending = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const sent = request(url, { method, headers, agent: false, ...(ca !== undefined && { ca }) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.once('error', reject);
    sent.end(body);
  });

export interface Visitor {
  readonly username: string;
  readonly password: string;
  readonly ca?: string | undefined;
  /** A server whose pages are programs is signed in to with its own API first. */
  readonly api?: string | undefined;
}

const MOST_PAGES = 15;
const NAMES = /^(username|user|login)$/;

/** Goes to `start` and on from there. Throws when the pages do not come to an end. */
export async function browse(start: string, { api, ca, password, username }: Visitor): Promise<void> {
  const cookies = new Map<string, string>();
  const { origin } = new URL(start);
  const load = async (url: string, more: Sending = {}): Promise<Answer> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(url, { ...more, ca, headers: { ...more.headers, ...(cookie !== '' && { cookie }) } });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
  if (api !== undefined)
    await load(new URL(api, origin).href, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
  let at = start;
  let body: URLSearchParams | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const answer = await load(at, body && post(body));
    body = undefined;
    const { location } = answer.headers;
    if (location !== undefined) {
      const to = new URL(location, at);
      if (to.origin !== origin) return void (await send(to.href)); // back at Padlock
      const back = to.searchParams.get('callback_url'); // glewlwyd's login page: its program would go there
      if (back !== null && at.includes('g_continue')) return;
      at = back === null ? to.href : `${back}&g_continue`;
      continue;
    }
    const form = formOf(answer.body, (name, given) => (NAMES.test(name) ? username : name === 'password' ? password : given));
    if (form === undefined) return;
    body = form.fields;
    at = new URL(form.action, at).href;
  }
  throw new Error(`The pages of ${origin} do not come to an end.`);
}

const post = (body: URLSearchParams): Sending => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: body.toString(),
});

const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]?.replace(/&(amp|quot|#x2F|#39);/g, (_, entity: string) => ENTITIES[entity] ?? '');
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', quot: '"', '#x2F': '/', '#39': "'" };

/** The first form of a page that is sent, with the first of its buttons that says yes. */
function formOf(html: string, fill: (name: string, given: string) => string): { action: string; fields: URLSearchParams } | undefined {
  const [, tag = '', content] = /(<form\b[^>]*\bmethod="post"[^>]*>)([\s\S]*?)<\/form>/i.exec(html) ?? [];
  if (content === undefined) return undefined;
  const fields = new URLSearchParams();
  for (const [input] of content.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(input, 'name');
    if (name !== undefined) fields.set(name, fill(name, attribute(input, 'value') ?? ''));
  }
  const action = attribute(tag, 'action') ?? '';
  return { action: action === '#' ? '' : action, fields };
}
