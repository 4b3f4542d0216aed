/** A browser as small as the sandbox's pages: follows redirects, keeps cookies, fills forms in, ends at a loopback redirect. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** More pages than any sign-in has. */
const MOST_PAGES = 20;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

export interface Page {
  readonly status: number;
  readonly location: string | undefined;
  readonly html: string;
}

export interface Visitor {
  /** What is typed into the field of a form, or undefined to leave it as it is. */
  fill(field: string): string | undefined;
}

/**
 * Goes to `url` and does what the pages of `issuer` ask until there is nothing left to do. Other loopback hosts are called, once.
 * Resolves to the page it ended on, or undefined where that is elsewhere.
 */
export async function browse(url: string, issuer: string, visitor: Visitor, ca?: string): Promise<Page | undefined> {
  const cookies = new Map<string, string>();
  let at = new URL(url);
  let body: URLSearchParams | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const home = at.origin === new URL(issuer).origin;
    if (!home && !LOOPBACK.has(at.hostname)) return undefined;
    const page = await load(at, body, home ? cookies : new Map(), ca);
    if (!home) return page;
    if (page.location !== undefined) {
      at = new URL(page.location, at);
      body = undefined;
      continue;
    }
    const form = parseForm(page.html);
    if (form === undefined) return page;
    // An alert says that what was entered before was not believed: a human would give up.
    const refused = page.html.includes('role="alert"');
    const code = form.fields.get('user_code') === '' ? visitor.fill('user_code') : undefined;
    // An empty field for a device's code: nobody told this human one, or a wrong one.
    if (form.fields.get('user_code') === '' && (refused || code === undefined)) return page;
    body = new URLSearchParams();
    for (const [name, value] of form.fields) body.append(name, name === 'user_code' ? (code ?? value) : (visitor.fill(name) ?? value));
    if (refused) body.set('cancel', 'yes');
    at = new URL(form.action, at);
  }
  throw new Error(`The pages of ${issuer} do not come to an end.`);
}

function load(url: URL, body: URLSearchParams | undefined, cookies: Map<string, string>, ca: string | undefined): Promise<Page> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = {
    accept: 'text/html',
    ...(cookies.size > 0 && { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
    ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      { method: body === undefined ? 'GET' : 'POST', headers, agent: false, ...(ca !== undefined && { ca }) },
      (response) => {
        let html = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          html += chunk;
        });
        response.once('error', reject);
        response.once('end', () => {
          keep(cookies, response);
          resolve({ status: response.statusCode ?? 0, location: response.headers.location, html });
        });
      },
    );
    request.once('error', reject);
    request.end(body?.toString());
  });
}

function keep(cookies: Map<string, string>, response: IncomingMessage): void {
  for (const line of response.headers['set-cookie'] ?? []) {
    const [pair = ''] = line.split(';');
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(name.length + 1);
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const plain = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '');
const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : plain(found);
};

function parseForm(html: string): { readonly action: string; readonly fields: Map<string, string> } | undefined {
  const [, tag = '', content = ''] = /<form\b([^>]*)>(.*?)<\/form>/s.exec(html) ?? [];
  if (tag === '') return undefined;
  const fields = new Map<string, string>();
  for (const [, input = ''] of content.matchAll(/<input\b([^>]*)>/gs)) {
    const name = attribute(input, 'name');
    if (name !== undefined) fields.set(name, attribute(input, 'value') ?? '');
  }
  return { action: attribute(tag, 'action') ?? '', fields };
}
