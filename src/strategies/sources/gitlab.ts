import type { Source } from '../../core/contracts.ts';

/** The name that GitLab's own documentation gives it. */
const USUAL = 'GITLAB_OIDC_TOKEN';

/** The identity token of a GitLab job, which `id_tokens` puts into a variable. */
export const gitlab: Source = {
  kind: 'source',
  name: 'gitlab',
  summary: `the identity token of a GitLab CI job: an id_tokens variable (${USUAL})`,
  argument: 'name',
  async read(argument, host) {
    const name = argument ?? USUAL;
    if (typeof name !== 'string' || name === '') return host.fail('config_schema', { message: 'must name a variable of id_tokens.' });
    return (
      host.env(name) ||
      host.fail('config_missing_credential', {
        message: 'finds no identity token of a job.',
        hint: `Give the job \`id_tokens: { ${USUAL}: { aud: … } }\`, or name the variable it has.`,
      })
    );
  },
};
