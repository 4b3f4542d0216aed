import { fail } from '../../core/errors.ts';
import { defineOptions, envName } from '../../core/options.ts';
import { TOKEN_VARIABLES } from '../../core/printable-token.ts';
import type { Registry } from '../../core/registry.ts';
import type { Command } from '../command.ts';
import { readOwn, takeToken, tokenOptions } from '../token-options.ts';
import { SECRETS } from './auth.ts';

const own = defineOptions({
  ...tokenOptions,
  env: {
    type: 'string',
    summary: `the variable that holds the token (default ${TOKEN_VARIABLES.access})`,
    placeholder: 'NAME',
    flagOnly: true,
  },
});

/** Variables that the program has no business with: secrets, and tokens of an outer `exec`. */
function withoutSecrets(registry: Registry): Readonly<Record<string, undefined>> {
  const secrets = registry.options().filter(({ option }) => option.secret === true);
  const names = [...secrets.flatMap(({ key }) => [envName(key), `${envName(key)}_FILE`]), ...Object.values(TOKEN_VARIABLES)];
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** Runs a program that finds the token in its environment, and nobody else does. */
export const exec: Command = {
  name: 'exec',
  summary: 'run a program with a token in its environment',
  operands: '-- PROGRAM [ARGUMENTS]',
  examples: [
    ['padlock exec -- ./deploy.sh', `which finds ${TOKEN_VARIABLES.access}`],
    ['padlock exec -p work --env GH_TOKEN -- gh repo list', 'under a name it knows'],
  ],
  signsIn: true,
  own,
  footer: `The exit code is the program's; 127 when it was not found, 126 when it could not be started. ${SECRETS}`,
  format: 'table',
  async run(context) {
    const { argv, registry, world } = context;
    if (argv.rest.length === 0)
      fail('usage_missing_option', 'Insufficient arguments: the program to run is missing.', {
        hint: `It stands behind two dashes: ${context.program.name} exec -- PROGRAM.`,
      });
    const name = readOwn(context, own, 'env') as string | undefined;
    if (name !== undefined && !/^[A-Za-z_]\w*$/.test(name)) fail('usage_bad_value', '--env must be the name of a variable.');
    const { kind, token, unsaved } = await takeToken(context, 'access');
    if (kind === 'access' && token.type === 'DPoP')
      fail('usage_conflict', 'The token is bound to a key (DPoP): the program could do nothing with it.', {
        hint: 'Give the program its requests with padlock token -o header --proof-for URL.',
      });
    if (unsaved !== undefined) context.warn({ code: unsaved.code, message: `The session could not be stored: ${unsaved.message}` });
    const exit = await world.execute(argv.rest, { ...withoutSecrets(registry), [name ?? TOKEN_VARIABLES[kind]]: token.value });
    return { exit };
  },
};
