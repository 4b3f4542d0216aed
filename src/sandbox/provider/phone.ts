/** The user's phone, as a page: sign-ins that wait for a confirmation on it (OpenID CIBA Core 1.0). */
import type Provider from 'oidc-provider';
import { type CIBAConfiguration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { API, USER } from '../clients.ts';
import { signIn } from './account.ts';
import { nothingWaitsPage, phonePage } from './pages.ts';

export const PHONE = '/phone';

interface Waiting {
  readonly id: string;
  readonly client: string;
  readonly message: string | undefined;
  readonly scope: string;
  readonly resources: readonly string[];
}

export class Phone {
  readonly #waiting = new Map<string, Waiting>();

  /** What oidc-provider has to know about it. */
  readonly feature: CIBAConfiguration = {
    enabled: true,
    deliveryModes: ['poll'],
    processLoginHint: async (_, hint) => (hint?.toLowerCase() === USER.username ? USER.claims.sub : undefined),
    processLoginHintToken: async () => undefined,
    verifyUserCode: () => {},
    validateBindingMessage: (_, message) => {
      if (message !== undefined && message.length > 20) throw new errors.InvalidBindingMessage();
    },
    validateRequestContext: () => {},
    triggerAuthenticationDevice: (ctx, request, _account, client) => {
      const { binding_message: message, scope = '' } = ctx.oidc.params ?? {};
      const resources = Object.keys(ctx.oidc.resourceServers ?? {});
      this.#waiting.set(request.jti, {
        id: request.jti,
        client: client.clientId,
        message: message === undefined ? undefined : String(message),
        scope: String(scope),
        resources,
      });
    },
  };

  /** Shows what waits, one after the other, or takes what was answered. */
  async answer(provider: Provider, ctx: KoaContextWithOIDC, form: URLSearchParams): Promise<void> {
    const asked = ctx.method === 'POST' ? this.#waiting.get(form.get('request') ?? '') : undefined;
    const isNo = form.has('cancel');
    const isRight = signIn(USER.username, form.get('password') ?? '') !== undefined;
    if (asked !== undefined && (isNo || isRight)) {
      this.#waiting.delete(asked.id);
      await provider.backchannelResult(asked.id, isNo ? new errors.AccessDenied('The user said no.') : await consent(provider, asked));
    }
    const [next] = this.#waiting.values();
    ctx.type = 'html';
    ctx.body = next === undefined ? nothingWaitsPage() : phonePage(PHONE, next, asked !== undefined && !isNo && !isRight);
  }
}

async function consent(provider: Provider, { client, resources, scope }: Waiting): Promise<string> {
  const grant = new provider.Grant({ accountId: USER.claims.sub, clientId: client });
  grant.addOIDCScope(scope);
  for (const resource of resources.length > 0 ? resources : [API]) grant.addResourceScope(resource, scope);
  return grant.save();
}
