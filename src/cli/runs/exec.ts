/** Running a program with a token in its environment. */
import { fail } from '../../core/errors.ts';
import { envName } from '../../core/options.ts';
import type { Registry } from '../../core/registry.ts';
import { TOKEN_VARIABLES } from '../../core/token-variables.ts';
import type { Answer, Context } from '../command.ts';
import { readOwn } from '../own-option.ts';
import { takeToken } from '../take-token.ts';

/** Variables that the program has no business with: secrets, and tokens of an outer `exec`. */
function withoutSecrets(registry: Registry): Readonly<Record<string, undefined>> {
  const secrets = registry.options().filter(({ option }) => option.secret === true);
  const names = [...secrets.flatMap(({ key }) => [envName(key), `${envName(key)}_FILE`]), ...Object.values(TOKEN_VARIABLES)];
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

export async function run(context: Context): Promise<Answer> {
  const { argv, registry, world } = context;
  if (argv.rest.length === 0)
    fail('usage_missing_option', 'Insufficient arguments: the program to run is missing.', {
      hint: `It stands behind two dashes: ${context.program.name} exec -- PROGRAM.`,
    });
  const name = readOwn(context, 'env') as string | undefined;
  if (name !== undefined && !/^[A-Za-z_]\w*$/.test(name)) fail('usage_bad_value', '--env must be the name of a variable.');
  const { kind, token, unsaved } = await takeToken(context, 'access');
  if (kind === 'access' && token.type === 'DPoP')
    fail('usage_conflict', 'The token is bound to a key (DPoP): the program could do nothing with it.', {
      hint: 'Give the program its requests with padlock token -o header --proof-for URL.',
    });
  if (unsaved !== undefined) context.warn({ code: unsaved.code, message: `The session could not be stored: ${unsaved.message}` });
  const exit = await world.execute(argv.rest, { ...withoutSecrets(registry), [name ?? TOKEN_VARIABLES[kind]]: token.value });
  return { exit };
}
