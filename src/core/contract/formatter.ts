import type { Formatter, Style } from '../contracts.ts';
import { isPadlockError } from '../errors.ts';
import type { JsonObject } from '../json-value.ts';
import { replaceUnsafe } from '../text.ts';
import type { View } from '../view.ts';
import { broken, type Check, must, named, settled, skip } from './check.ts';
import { frozen, HOSTILE_TEXT } from './samples.ts';

const columns = ['name', 'toString', '__proto__'].map((key) => ({ key, label: `${key} ${HOSTILE_TEXT}` }));
const hostile: JsonObject = JSON.parse(
  JSON.stringify({ sub: 's', text: HOSTILE_TEXT, list: [null, true, 1e21, [], {}], toString: 'x' }).replace(
    '"s"',
    '"s","__proto__":{"a":1}',
  ),
);

/** What a shell, a header or a quote could mind, and a token may have. */
const ODD = 'a-._~+/"$`\\!#&*(){}[]|;<>?@^:,%41=';

const VIEWS: Readonly<Record<string, View>> = frozen({
  'hostile claims': {
    title: HOSTILE_TEXT,
    columns,
    rows: [{ name: HOSTILE_TEXT, toString: HOSTILE_TEXT }],
    document: { schema: 'padlock/check/1', hostile },
  },
  'several records': {
    columns,
    rows: [{ name: 'a' }, {}, { name: HOSTILE_TEXT }],
    document: { schema: 'padlock/check/1', check: [{}, {}] },
  },
  'an empty list': { title: 'Sessions', columns, rows: [], document: { schema: 'padlock/sessions/1', sessions: [] } },
  'a title only': { title: 'Done.', columns: [], rows: [], document: { schema: 'padlock/check/1' } },
  'a bare value': { columns: [], rows: [], document: { schema: 'padlock/token/1', access_token: 'abc' }, bare: 'abc' },
  'an access token': {
    columns,
    rows: [],
    document: { schema: 'padlock/token/1', access_token: ODD, token_type: 'Bearer', expires_at: '2026-11-23T11:00:00Z', scope: 'openid' },
    bare: ODD,
  },
  'an ID token': {
    columns,
    rows: [],
    document: { schema: 'padlock/id-token/1', id_token: 'a.b.c', expires_at: '2026-11-23T11:00:00Z' },
    bare: 'a.b.c',
  },
});
/** The one escape sequence a formatter may write, where it may use colour. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');
const PLAIN: Style = Object.freeze({ width: undefined, colour: false });
const STYLES: readonly Style[] = [undefined, 1, 20, 80, 10_000].flatMap((width) => [
  Object.freeze({ width, colour: false }),
  Object.freeze({ width, colour: true }),
]);

/** The text of a View, or undefined when the formatter refuses it in words. */
async function printed(formatter: Formatter, what: string, view: View, style: Style): Promise<string | undefined> {
  const end = await settled(() => formatter.format(view, style));
  if ('error' in end) {
    if (isPadlockError(end.error) && view.bare === undefined) return undefined;
    broken(`${what} at width ${style.width} ended in ${named(end.error)}; a View is frozen`);
  }
  must(typeof end.value === 'string', `${what} did not become a text`);
  return end.value;
}

/** Every formatter prints every View, and nothing from outside reaches the terminal as more than text. */
export const formatterChecks: readonly Check<Formatter>[] = [
  {
    name: 'prints every View at every width, the same each time',
    async run(formatter) {
      for (const [what, view] of Object.entries(VIEWS)) {
        for (const style of STYLES) {
          const [first, second] = [await printed(formatter, what, view, style), await printed(formatter, what, view, style)];
          must(first === second, `${what} is printed differently the second time`);
        }
      }
    },
  },
  {
    name: 'lets no control character through',
    async run(formatter) {
      for (const [what, view] of Object.entries(VIEWS)) {
        for (const style of STYLES) {
          const text = (await printed(formatter, what, view, style)) ?? '';
          replaceUnsafe(style.colour ? text.replaceAll(COLOUR, '') : text, (found) => {
            if (found === '\n' || found === '\t') return found;
            return broken(`${what}: U+${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0')} is in the output`);
          });
        }
      }
    },
  },
  {
    name: 'leaves the final newline to the caller',
    async run(formatter) {
      for (const [what, view] of Object.entries(VIEWS))
        must(!(await printed(formatter, what, view, PLAIN))?.endsWith('\n'), `${what} ends in a newline`);
    },
  },
  {
    name: 'for programs: is one document that reads back as it was',
    async run(formatter) {
      if (formatter.machine !== true) skip('it is for people');
      for (const [what, view] of Object.entries(VIEWS)) {
        const text = (await printed(formatter, what, view, { width: 80, colour: true })) ?? broken(`${what} was refused`);
        const read = await settled(() => JSON.parse(text) as unknown);
        if ('error' in read) skip('its output is not JSON, and no other reader is at hand');
        must(JSON.stringify(read.value) === JSON.stringify(view.document), `${what} reads back as something else`);
      }
    },
  },
];
