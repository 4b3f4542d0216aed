/** Checking a token, verdict by verdict. */
import { chooseClient } from '../../core/client.ts';
import type { Client } from '../../core/client-identity.ts';
import { fail } from '../../core/errors.ts';
import { providerOptions } from '../../core/general-options.ts';
import { type InspectedToken, inspectToken } from '../../core/inspect.ts';
import type { View } from '../../core/view.ts';
import type { Answer, Context } from '../command.ts';
import { ownFlag } from '../everywhere.ts';

const WHERE = { issuer: { ...providerOptions.issuer, required: true }, clientId: { ...providerOptions.clientId, required: true } } as const;
const LONGEST = 64 * 1024;

/** The token: standard input, unless it was typed. */
async function tokenFrom({ redactor, warn, words: [word], world }: Context): Promise<string> {
  if (word !== undefined && word !== '-')
    warn({
      code: 'usage_secret_in_argv',
      message: 'A token on the command line can be seen by every user of this machine; standard input cannot.',
    });
  const bytes = word === undefined || word === '-' ? await world.readStdin() : new TextEncoder().encode(word);
  if (bytes.length > LONGEST) fail('usage_bad_value', 'That is too long for a token.');
  const token = new TextDecoder().decode(bytes).replace(/\r?\n$/, '');
  if (token === '')
    fail('usage_missing_option', 'Insufficient arguments: a token is missing.', {
      hint: 'Give it on standard input: padlock verify < FILE.',
    });
  redactor.add(token);
  return token;
}

function viewOf({ checks, failure, header, payload }: InspectedToken): View {
  const verified = failure === undefined;
  const records = checks.map(({ name, verdict, detail }) => ({ name, verdict, detail }));
  return {
    title: verified ? 'Verified' : 'NOT verified: nothing below can be relied on',
    columns: [
      { key: 'name', label: 'Check' },
      { key: 'verdict', label: 'Verdict' },
      { key: 'detail', label: 'Detail' },
    ],
    rows: records,
    document: { schema: 'padlock/verify/1', verified, checks: records, header: header ?? null, claims: payload ?? null, warnings: [] },
  };
}

export async function run(context: Context): Promise<Answer> {
  const { argv, registry, world } = context;
  const token = await tokenFrom(context);
  const settings = await context.settings();
  const { prompt } = await context.ports();
  const asking = { prompt, signal: world.signal };
  const { clientId, issuer } = await settings.values(WHERE, 'verifying a token', asking);
  const judges = await context.services(settings);
  const info = await judges.provider.info(issuer, clientId, world.signal);
  const audience = settings.get('audience');
  const kind = ownFlag(argv, 'accessToken') === true ? 'access' : 'id';
  const client = (): Promise<Client> => chooseClient(registry, settings, info, asking, world.clock);
  const found = await inspectToken(
    token,
    {
      info,
      kind,
      asking,
      signal: world.signal,
      audience: typeof audience === 'string' ? audience : undefined,
      client,
      holder: async () => (settings.origin('clientCertificate') === undefined ? { info } : client()),
    },
    judges,
  );
  return { view: viewOf(found), ...(found.failure && { failure: found.failure }) };
}
