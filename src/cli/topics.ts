/** What `padlock help TOPIC` tells: text for people, the same as a document for programs. */
import { EXIT_CODES, isRetryable } from '../core/errors.ts';
import { listView } from '../core/view.ts';
import type { Answer, Context } from './command.ts';
import { definitions, type Pair, prose, widthOf } from './layout.ts';
import type { Topic } from './topic-names.ts';

const CI = `In CI and scripts nobody can be asked, so nothing is:

  padlock token -p ci
      the access token, alone, on stdout
  padlock auth -p ci --format json
      one JSON document on stdout
  padlock auth -p ci --no-input
      never ask, even on a terminal

Give secrets by file (--client-secret-file, PADLOCK_CLIENT_SECRET_FILE), by variable (PADLOCK_CLIENT_SECRET) or on standard input (--client-secret-stdin), not on the command line, where every user of the machine can read them.

The exit code says what kind of failure it was (padlock help exit-codes). With a machine format warnings are in the document, and a failure is one JSON object on stderr, with a code, a message, a hint and whether trying again can help.`;

const PLUGINS = `A plugin is one JavaScript module that adds flows, client authentication, verifiers, formats or sources:

  const smsPin = {
    kind: 'grant',
    name: 'sms-pin',
    summary: 'sign in with an SMS',
    interactive: true,
    options: {
      pin: {
        type: 'string',
        summary: 'the PIN',
        required: true,
        secret: true,
        prompt: 'PIN from the SMS',
      },
    },
    acquire: ({ pin }, host) =>
      host.exchange('urn:pin', { pin }),
  };
  export default {
    apiVersion: 1,
    name: 'acme',
    strategies: [smsPin],
  };

  padlock plugin check FILE
      run the contract suite on it
  padlock plugin add FILE
      list it in your configuration
  padlock auth --plugin FILE
      use it once

A plugin runs with all of Padlock's rights, and so with yours: add what you have read. One that was added and has changed is refused until it is added again.`;

const columns = [
  { key: 'name', label: 'Name' },
  { key: 'summary', label: 'What it is' },
] as const;

const list = (title: string, pairs: readonly Pair[], context: Context): Answer => ({
  text: `${title}\n\n${definitions(pairs, widthOf(context.world.stdout.columns))}\n`,
  view: listView(
    title,
    columns,
    pairs.map(([name, summary]) => ({ name, summary })),
    title.toLowerCase(),
  ),
});

const words =
  (text: string) =>
  (context: Context): Answer => ({ text: `${prose(text, widthOf(context.world.stdout.columns))}\n` });

const OWN_VARIABLES: readonly Pair[] = [
  ['PADLOCK_CONFIG', 'another configuration file'],
  ['PADLOCK_CONFIG_DIR', 'another configuration directory'],
  ['PADLOCK_NO_INPUT', 'never ask'],
  ['PADLOCK_NO_COLOR, NO_COLOR', 'no colours'],
  ['FORCE_COLOR', 'colours even where the output is no terminal'],
  ['HTTPS_PROXY, NO_PROXY', 'the proxy for https, and the hosts that need none'],
];

function exitCodes({ world }: Context): Answer {
  const records = EXIT_CODES.flatMap(({ exit, category, codes }) =>
    codes.map((code) => ({ exit, category, code, retryable: isRetryable(code) })),
  );
  const pairs: readonly Pair[] = [
    ['0 ok', 'it worked'],
    ...EXIT_CODES.map(({ exit, category, codes }): Pair => [`${exit} ${category}`, codes.join(' ')]),
    ['129 130 141 143', 'ended by SIGHUP, SIGINT (Ctrl-C), a closed pipe, SIGTERM'],
  ];
  const text = definitions(pairs, widthOf(world.stdout.columns));
  const rows = records.map(({ exit, category, code }) => ({ exit: String(exit), category, code }));
  const heads = ['exit', 'category', 'code'].map((key) => ({ key, label: key }));
  return { text: `Exit codes\n\n${text}\n`, view: listView('Exit codes', heads, rows, 'exit-codes', records) };
}

export const topics: Readonly<Record<Topic, (context: Context) => Answer | Promise<Answer>>> = {
  flows: (context) => {
    const pairs = context.registry
      .list('grant')
      .map(({ name, summary, deprecated }): Pair => [name, deprecated === undefined ? summary : `${summary}; discouraged`]);
    return list('Flows', pairs, context);
  },
  environment: async (context) => {
    const { environment } = await import('./help.ts');
    return list('Environment', [...environment(context.registry), ...OWN_VARIABLES], context);
  },
  'exit-codes': exitCodes,
  formats: (context) =>
    list(
      'Formats',
      context.registry.list('formatter').map(({ name, summary }) => [name, summary]),
      context,
    ),
  ci: words(CI),
  plugins: words(PLUGINS),
};
