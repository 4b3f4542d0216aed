/** Signing in and consenting in a browser. */
import type Provider from 'oidc-provider';
import type { AuthorizationDetail, InteractionResults, KoaContextWithOIDC } from 'oidc-provider';
import { signIn } from './account.ts';
import { consentPage, loginPage } from './pages.ts';

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

const DENIED: InteractionResults = { error: 'access_denied', error_description: 'The user said no.' };

/** Shows the page an authorization request waits for, or takes what was entered there. */
export async function interact(provider: Provider, ctx: KoaContextWithOIDC, form: URLSearchParams): Promise<void> {
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  const login = details.prompt.name === 'login';
  const result = ctx.method === 'POST' ? await outcome(provider, details, form) : undefined;
  if (result === undefined) {
    ctx.type = 'html';
    ctx.body = login
      ? loginPage(ctx.path, ctx.method === 'POST')
      : consentPage(ctx.path, details.params.client_id, details.params.scope ?? '');
    return;
  }
  ctx.status = 303;
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: !login }));
}

/** Undefined when the page has to be shown again. */
async function outcome(provider: Provider, details: Details, form: URLSearchParams): Promise<InteractionResults | undefined> {
  if (form.has('cancel')) return DENIED;
  if (details.prompt.name !== 'login') return { consent: { grantId: await consent(provider, details) } };
  const accountId = signIn(form.get('username') ?? '', form.get('password') ?? '');
  return accountId === undefined ? undefined : { login: { accountId } };
}

interface Missing {
  readonly missingOIDCScope?: readonly string[];
  readonly missingOIDCClaims?: readonly string[];
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>;
  readonly rar?: readonly AuthorizationDetail[];
}

async function consent(provider: Provider, { grantId, params, prompt, session }: Details): Promise<string> {
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = known ?? new provider.Grant({ accountId: session?.accountId, clientId: String(params.client_id) });
  const missing = prompt.details as Missing;
  if (missing.missingOIDCScope !== undefined) grant.addOIDCScope(missing.missingOIDCScope.join(' '));
  if (missing.missingOIDCClaims !== undefined) grant.addOIDCClaims([...missing.missingOIDCClaims]);
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes ?? {})) grant.addResourceScope(resource, scopes.join(' '));
  for (const detail of missing.rar ?? []) grant.addRar(detail);
  return grant.save();
}
