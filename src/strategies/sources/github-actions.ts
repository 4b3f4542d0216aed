import type { Source, SourceHost } from '../../core/contracts.ts';

const URL_NAME = 'ACTIONS_ID_TOKEN_REQUEST_URL';
const TOKEN_NAME = 'ACTIONS_ID_TOKEN_REQUEST_TOKEN';
const HINT = 'Give the workflow or the job `permissions: { id-token: write }`; runs for a pull request from a fork never get one.';

/** Where the runner answers, if it says so. */
function addressOf(env: SourceHost['env']): URL | undefined {
  const text = env(URL_NAME);
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}

/** The identity token of a job: GitHub's own, or that of a Forgejo or Gitea runner, which answers in the same way. */
export const githubActions: Source = {
  kind: 'source',
  name: 'github-actions',
  summary: 'the identity token of a GitHub Actions job, for an audience',
  argument: 'audience',
  hosts: (_argument, env) => [addressOf(env)?.host ?? []].flat(),
  async read(audience, host) {
    if (audience !== null && (typeof audience !== 'string' || audience === ''))
      return host.fail('config_schema', { message: 'must name the audience of the token.' });
    const address = addressOf(host.env);
    const token = host.env(TOKEN_NAME);
    if (address === undefined || !token)
      return host.fail('config_missing_credential', {
        message: `finds no identity of a job: ${URL_NAME} and ${TOKEN_NAME} are not set.`,
        hint: HINT,
      });
    if (audience !== null) address.searchParams.set('audience', audience);
    const headers = { authorization: `Bearer ${token}` };
    const { body, status } = await host.http({ method: 'GET', url: address.href, headers, purpose: 'the identity of the job' });
    const value = status === 200 ? tokenIn(body) : undefined;
    return (
      value ??
      host.fail('config_missing_credential', { message: `was refused an identity token by the runner (status ${status}).`, hint: HINT })
    );
  },
};

function tokenIn(body: Uint8Array): string | undefined {
  try {
    const { value } = JSON.parse(new TextDecoder().decode(body)) as { readonly value?: unknown };
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined; // not JSON, or null: no token either way
  }
}
