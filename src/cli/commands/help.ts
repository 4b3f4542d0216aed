import { EXIT_CODES, fail, isRetryable } from '../../core/errors.ts';
import { didYouMean } from '../../core/text.ts';
import { listView } from '../../core/view.ts';
import type { Answer, Command, Context } from '../command.ts';

const cells = (rows: readonly (readonly [string, string])[]): Record<string, string>[] =>
  rows.map(([name, summary]) => ({ name, summary }));
const NAMED = [
  { key: 'name', label: 'Name' },
  { key: 'summary', label: 'What it is' },
] as const;

const CI = `In CI and scripts nobody can be asked, so nothing is:

  padlock token -p ci                      the access token, alone, on stdout
  padlock auth -p ci --format json         one JSON document on stdout; warnings are inside it
  padlock auth -p ci --format json --no-input

Give secrets by file (--client-secret-file, PADLOCK_CLIENT_SECRET_FILE), by variable (PADLOCK_CLIENT_SECRET) or on
standard input (--client-secret-stdin), not on the command line, where every user of the machine can read them.
The exit code says what kind of failure it was (padlock help exit-codes); with a machine format stderr is one JSON
object with a code, a message, a hint and whether trying again can help.
`;

const PLUGINS = `A plugin is one JavaScript module that adds flows, client authentication, verifiers, formats or sources:

  export default { apiVersion: 1, name: 'acme', strategies: [{
    kind: 'grant', name: 'sms-pin', summary: 'sign in with a PIN sent by SMS', interactive: true,
    options: { username: { type: 'string', summary: 'who signs in', required: true },
               pin: { type: 'string', summary: 'the PIN', required: true, secret: true, prompt: 'PIN from the SMS' } },
    acquire: ({ username, pin }, host) => host.exchange('urn:acme:grant:sms-pin', { username, pin }),
  }] };

  padlock plugin check FILE     run the contract suite on it
  padlock plugin add FILE       list it in your configuration, with its fingerprint
  padlock auth --plugin FILE    use it once

A plugin runs with all of Padlock's rights, and so with yours: add what you have read.
`;

const TOPICS: Readonly<Record<string, (context: Context) => Answer | Promise<Answer>>> = {
  flows: ({ registry }) => ({
    view: listView('Flows', NAMED, cells(registry.list('grant').map(({ name, summary }) => [name, summary])), 'flows'),
  }),
  formats: ({ registry }) => ({
    view: listView('Formats', NAMED, cells(registry.list('formatter').map(({ name, summary }) => [name, summary])), 'formats'),
  }),
  environment: async ({ registry }) => {
    const { environment } = await import('../help.ts');
    const own: [string, string][] = [
      ['PADLOCK_CONFIG', 'another configuration file'],
      ['PADLOCK_CONFIG_DIR', 'another configuration directory'],
      ['PADLOCK_NO_INPUT', 'never ask'],
      ['PADLOCK_NO_COLOR, NO_COLOR', 'no colours'],
      ['HTTPS_PROXY, NO_PROXY', 'the proxy for https, and the hosts that need none'],
    ];
    return {
      view: listView(
        'Environment',
        [
          { key: 'name', label: 'Variable' },
          { key: 'summary', label: 'What it sets' },
        ],
        cells([...environment(registry), ...own]),
        'environment',
      ),
    };
  },
  'exit-codes': () => {
    const records = EXIT_CODES.flatMap(({ exit, category, codes }) =>
      codes.map((code) => ({ exit, category, code, retryable: isRetryable(code) })),
    );
    const rows = EXIT_CODES.map(({ exit, category, codes }) => ({ exit: String(exit), category, codes: codes.join(' ') }));
    const columns = [
      { key: 'exit', label: 'Exit' },
      { key: 'category', label: 'Category' },
      { key: 'codes', label: 'Codes' },
    ];
    const done = { exit: '0', category: 'ok', codes: '' };
    const signals = { exit: '129/141/143', category: 'signal', codes: '' };
    return { view: listView('Exit codes', columns, [done, ...rows, signals], 'exit-codes', records) };
  },
  ci: () => ({ text: CI }),
  plugins: () => ({ text: PLUGINS }),
};

/** Help on a command or a topic. */
export const help: Command = {
  name: 'help',
  summary: 'show help on a command or a topic',
  operands: '[COMMAND|TOPIC]',
  most: 1,
  examples: [
    ['padlock help auth', 'a command'],
    ['padlock help exit-codes', `a topic: ${Object.keys(TOPICS).join(', ')}`],
  ],
  signsIn: false,
  format: 'table',
  async run(context) {
    const [word] = context.words;
    const topic = word === undefined || !Object.hasOwn(TOPICS, word) ? undefined : TOPICS[word];
    if (topic !== undefined) return topic(context);
    const { commands } = context.program;
    const command = commands.find(({ name, aliases }) => name === word || aliases?.includes(word ?? ''));
    if (word !== undefined && command === undefined)
      fail('usage_bad_value', 'There is no such command or topic.', {
        hint: didYouMean(word, [...commands.map(({ name }) => name), ...Object.keys(TOPICS)]),
      });
    const { helpText } = await import('../help.ts');
    return { text: await helpText(context.program, command, context.registry, context.world.stdout.columns) };
  },
};
