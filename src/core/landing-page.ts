/** The page a browser ends on after a sign-in: plain, no script, nothing from elsewhere, in the reader's light or dark. */
import { createHash } from 'node:crypto';
import { visible } from './text.ts';

/** An HTTP answer. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const STYLE = `
:root{color-scheme:light dark;--back:#f3f4f6;--card:#fff;--edge:#e2e4e9;--text:#16181d;--soft:#5a606b;--good:#177245;--bad:#b42318}
@media(prefers-color-scheme:dark){:root{--back:#0f1115;--card:#181b21;--edge:#2a2e37;--text:#eceef2;--soft:#a0a7b4;--good:#4cc38a;--bad:#ff8a7a}}
*{box-sizing:border-box;margin:0}
body{min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--back);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{width:100%;max-width:27rem;padding:2.5rem clamp(1.25rem,6vw,2.5rem);border:1px solid var(--edge);border-radius:1rem;background:var(--card);text-align:center;text-wrap:balance}
svg{width:3.5rem;height:3.5rem;margin-bottom:1.25rem;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.good svg{color:var(--good)}.bad svg{color:var(--bad)}
h1{margin-bottom:.75rem;font-size:1.5rem;line-height:1.25}
p{color:var(--soft);overflow-wrap:anywhere}
blockquote{margin:1.25rem 0;padding:.75rem 1rem;border-radius:.5rem;background:var(--back);text-align:left;text-wrap:wrap;overflow-wrap:anywhere}
`;
const SIGNS = { good: '<path d="m8 12.5 2.8 2.8L16 9.5"/>', bad: '<path d="m9 9 6 6m0-6-6 6"/>' } as const;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const PLAIN = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

interface Said {
  readonly sign: keyof typeof SIGNS;
  readonly title: string;
  /** What somebody else said, as it is. */
  readonly quote?: string;
  readonly text?: string;
}

const CLOSE = 'You can close this window and go back to your terminal.';

function page(status: number, { sign, title, quote, text }: Said): Page {
  const quoted = quote === undefined ? '' : `<blockquote>${escaped(quote)}</blockquote>\n`;
  const said = text === undefined ? '' : `<p>${escaped(text)}</p>\n`;
  const body = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><main class="${sign}"><svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/>${SIGNS[sign]}</svg>
<h1>${escaped(title)}</h1>
${quoted}${said}<p>${CLOSE}</p></main></body></html>
`;
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { status, headers: { ...PLAIN, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }, body };
}

/** Tokens were handed out, checked and kept. `issuer` is who gave them. */
export const signedInPage = (issuer: string): Page =>
  page(200, { sign: 'good', title: 'You are signed in', text: `${new URL(issuer).host} has signed you in.` });

/** It came to nothing; `reason` says why, whoever wrote it. */
export const refusedPage = (reason: string): Page => page(400, { sign: 'bad', title: 'You are not signed in', quote: reason });

/** For a second answer. */
export const answeredPage = (): Page =>
  page(409, { sign: 'bad', title: 'Already answered', text: 'This sign-in was answered in another window.' });

/** For whatever else calls: a request for an icon, a scanner. */
export const strayPage = (status: 404 | 405): Page => ({
  status,
  headers: { ...PLAIN, 'content-type': 'text/plain; charset=utf-8', ...(status === 405 && { allow: 'GET' }) },
  body: status === 404 ? 'There is nothing here.\n' : 'Only GET is answered here.\n',
});
