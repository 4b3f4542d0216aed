/** What a human sees: plain HTML without scripts, styles or anything from elsewhere. */
import type { Client, ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { USER } from '../clients.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const text = (value: unknown): string => String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** A whole page around some HTML. */
export const page = (title: string, content: string): string =>
  `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${text(title)}</title></head><body><h1>${text(title)}</h1>\n${content}\n</body></html>\n`;

const form = (action: string, content: string, button: string): string =>
  `<form method="post" action="${text(action)}">\n${content}\n<button type="submit">${text(button)}</button>\n<button type="submit" name="cancel" value="yes">Cancel</button>\n</form>`;

/** Asks for name and password. */
export const loginPage = (action: string, wrong: boolean): string =>
  page(
    'Sign in',
    `${wrong ? '<p role="alert">Wrong email or password.</p>\n' : ''}${form(
      action,
      '<p><label>Email <input type="email" name="username" autocomplete="username" autofocus></label></p>\n' +
        '<p><label>Password <input type="password" name="password" autocomplete="current-password"></label></p>',
      'Sign in',
    )}\n<p>The one account here: <code>${text(USER.username)}</code>, password <code>${text(USER.password)}</code></p>`,
  );

/** Asks whether a client may have what it wants. */
export const consentPage = (action: string, client: unknown, scope: unknown): string =>
  page('Authorize', `<p><strong>${text(client)}</strong> asks for: ${text(scope)}</p>\n${form(action, '', 'Allow')}`);

/** The phone of a user who is to confirm a sign-in that began elsewhere. */
export const phonePage = (
  action: string,
  {
    client,
    id,
    message,
    scope,
  }: { readonly client: string; readonly id: string; readonly message: string | undefined; readonly scope: string },
  wrong: boolean,
): string =>
  page(
    'Confirm a sign-in',
    `<p><strong>${text(client)}</strong> asks for: ${text(scope)}</p>\n${message === undefined ? '' : `<p>It shows <code>${text(message)}</code>.</p>\n`}${
      wrong ? '<p role="alert">Wrong password.</p>\n' : ''
    }${form(
      action,
      `<input type="hidden" name="request" value="${text(id)}">\n<p><label>Password <input type="password" name="password" autofocus></label></p>`,
      'Confirm',
    )}`,
  );

export const nothingWaitsPage = (): string => page('Your phone', '<p>Nothing waits for you.</p>');

/** The pages on which a device's code is entered and confirmed. oidc-provider makes the forms, without buttons. */
export const devicePages = {
  userCodeInputSource: (ctx: KoaContextWithOIDC, input: string, _: unknown, error?: unknown): void => {
    const said = error === undefined ? '' : '<p role="alert">That did not work. Enter the code your device shows.</p>\n';
    ctx.body = page('Connect a device', `${said}${input}\n<button type="submit" form="op.deviceInputForm">Continue</button>`);
  },
  userCodeConfirmSource: (ctx: KoaContextWithOIDC, confirm: string, client: Client, _: unknown, userCode: string): void => {
    const buttons =
      '<button type="submit" form="op.deviceConfirmForm">Continue</button>\n' +
      '<button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">Cancel</button>';
    ctx.body = page(
      'Connect a device',
      `<p><strong>${text(client.clientId)}</strong> shows the code <code>${text(userCode)}</code>?</p>\n${confirm}\n${buttons}`,
    );
  },
  successSource: (ctx: KoaContextWithOIDC): void => {
    ctx.body = page('Signed in', '<p>You can close this page.</p>');
  },
};

/** The pages on which a session in the browser ends. */
export const logoutPages = {
  logoutSource: (ctx: KoaContextWithOIDC, confirm: string): void => {
    ctx.body = page('Sign out', `${confirm}\n<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>`);
  },
  postLogoutSuccessSource: (ctx: KoaContextWithOIDC): void => {
    ctx.body = page('Signed out', '<p>You can close this page.</p>');
  },
};

/** What oidc-provider could not answer with a redirect. */
export const renderError = (ctx: KoaContextWithOIDC, out: ErrorOut): void => {
  ctx.type = 'html';
  ctx.body = page('Error', `<p>${text(out.error)}: ${text(out.error_description ?? '')}</p>`);
};
