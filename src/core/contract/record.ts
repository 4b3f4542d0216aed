/** Whether a strategy is the record it has to be: known members of the right types, options that can be declared, behaviour that is there. */
import { KINDS, type Kind } from '../contracts.ts';
import { REACHES } from '../store.ts';
import { isVisible } from '../text.ts';
import { BEHAVIOUR, behaviourFaults, methodsOf } from './behaviour.ts';

type Test = (value: unknown) => boolean;
const text: Test = (value) => typeof value === 'string' && value !== '';
const flag: Test = (value) => typeof value === 'boolean';
const number: Test = (value) => typeof value === 'number' && Number.isFinite(value);
const run: Test = (value) => typeof value === 'function';
const texts: Test = (value) => Array.isArray(value) && value.every(text);
const someTexts: Test = (value) => texts(value) && (value as unknown[]).length > 0;
const oneOf =
  (...known: readonly unknown[]): Test =>
  (value) =>
    known.includes(value);
const object = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const guide: Test = (value) => object(value) && ['use', 'avoid', 'needs'].every((member) => text(value[member]));

interface Shape {
  readonly facts: Readonly<Record<string, Test>>;
  /** Facts that may be absent. */
  readonly optional: Readonly<Record<string, Test>>;
}

const KIND_SHAPES: Readonly<Record<Kind, Shape>> = {
  grant: {
    facts: {},
    optional: {
      guide,
      subject: oneOf('user', 'client', 'given'),
      interactive: flag,
      browser: flag,
      storable: flag,
      deprecated: text,
      grantType: text,
      oneOf: someTexts,
    },
  },
  'client-auth': { facts: { method: text }, optional: {} },
  verifier: {
    facts: { algorithms: texts },
    optional: { keySet: flag, checks: oneOf('id', 'access', 'user') },
  },
  formatter: { facts: {}, optional: { machine: flag, token: oneOf('access', 'id') } },
  source: { facts: {}, optional: { argument: text } },
  store: { facts: { reach: oneOf(...REACHES) }, optional: {} },
  provider: {
    facts: { issuers: someTexts },
    optional: {
      spellings: (value) => object(value) && Object.values(value).every(text),
      scope: someTexts,
      refreshSetting: text,
      clientAuth: someTexts,
      loopback: oneOf('ip', 'localhost'),
      redirectSetting: text,
      exactRedirect: flag,
      otpParameter: text,
      mfa: (value) => object(value) && text(value.challenge) && oneOf('json', 'form')(value.format),
      opaqueAudiences: someTexts,
    },
  },
};

const OPTION: Readonly<Record<string, Test>> = {
  required: flag,
  secret: flag,
  identity: flag,
  prompt: text,
  default: (value) => text(value) || number(value) || flag(value) || texts(value),
  choices: someTexts,
  placeholder: text,
  aliases: texts,
  short: (value) => typeof value === 'string' && /^[A-Za-z]$/.test(value),
  project: flag,
  flagOnly: flag,
  account: text,
  unreadable: oneOf('config_bad_key'),
  issued: flag,
  form: oneOf('host', 'segment', 'url'),
  minimum: number,
  maximum: number,
  integer: flag,
};
const DEFAULTS: Readonly<Record<string, Test>> = { string: text, number, boolean: flag, list: texts, map: () => false };

const isSummary: Test = (value) =>
  typeof value === 'string' && value.trim() === value && value !== '' && value.length <= 100 && isVisible(value) && !value.endsWith('.');

function optionFaults(key: string, option: unknown): string[] {
  const at = `options.${key}`;
  if (!/^[a-z][a-z0-9]*([A-Z][a-z0-9]*)*$/.test(key)) return [`${at}: the key must be camelCase`];
  if (!object(option)) return [`${at} must be an object`];
  const { type, summary, secret, minimum, maximum, ...rest } = option;
  const faults: string[] = [];
  const fits = typeof type === 'string' && Object.hasOwn(DEFAULTS, type) ? DEFAULTS[type] : undefined;
  if (fits === undefined) faults.push(`${at}.type must be one of ${Object.keys(DEFAULTS).join(', ')}`);
  if (!isSummary(summary)) faults.push(`${at}.summary must be a few words without a full stop`);
  for (const [member, value] of Object.entries({ secret, minimum, maximum, ...rest })) {
    const test = OPTION[member];
    if (!Object.hasOwn(OPTION, member) || test === undefined) faults.push(`${at}.${member} is not a known member`);
    else if (value !== undefined && !test(value)) faults.push(`${at}.${member} has the wrong type`);
  }
  if (secret === true && type !== 'string') faults.push(`${at}: only a string can be secret`);
  if (secret === true && option.default !== undefined) faults.push(`${at}: a secret has no default`);
  if (fits !== undefined && option.default !== undefined && !fits(option.default)) faults.push(`${at}.default is not a ${String(type)}`);
  if (typeof minimum === 'number' && typeof maximum === 'number' && minimum > maximum) faults.push(`${at}.minimum is above its maximum`);
  return faults;
}

/** Everything that is wrong with the form of a strategy, in words; nothing when it can be registered. */
export function recordFaults(strategy: unknown): readonly string[] {
  if (!object(strategy)) return ['it must be an object'];
  const { kind, name, summary, options } = strategy;
  if (typeof kind !== 'string' || !KINDS.includes(kind as Kind)) return [`kind must be one of ${KINDS.join(', ')}`];
  const shape = KIND_SHAPES[kind as Kind];
  const { methods } = BEHAVIOUR[kind as Kind];
  const faults: string[] = [];
  if (typeof name !== 'string' || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 60) faults.push('name must be kebab-case');
  if (!isSummary(summary)) faults.push('summary must be a few words without a full stop');
  if (options !== undefined && !object(options)) faults.push('options must be an object');
  if (object(options)) faults.push(...Object.entries(options).flatMap(([key, option]) => optionFaults(key, option)));

  for (const [member, test] of Object.entries(shape.facts))
    if (!test(strategy[member])) faults.push(`${member} is missing or has the wrong type`);
  if (
    kind === 'verifier' &&
    !['access', 'user'].includes(String(strategy.checks)) &&
    texts(strategy.algorithms) &&
    !someTexts(strategy.algorithms)
  )
    faults.push('algorithms must name one at least: it checks the signature of ID tokens');
  for (const [member, test] of Object.entries(shape.optional))
    if (strategy[member] !== undefined && !test(strategy[member])) faults.push(`${member} has the wrong type`);

  const elsewhere = ['use', 'load'].filter((member) => strategy[member] !== undefined);
  const here = methodsOf(kind as Kind).filter((member) => strategy[member] !== undefined);
  const places = elsewhere.length + (here.length > 0 ? 1 : 0);
  if (places > 1 || (places === 0 && methods.length > 0))
    faults.push(`behaviour must be in one place: ${methods.join(' and ')}, or use, or load`);
  if (elsewhere.length === 0) faults.push(...behaviourFaults(kind as Kind, strategy));
  for (const member of elsewhere) if (!run(strategy[member])) faults.push(`${member} must be a ${member === 'use' ? 'class' : 'function'}`);

  const known = new Set([
    'kind',
    'name',
    'summary',
    'options',
    'use',
    'load',
    ...Object.keys(shape.facts),
    ...Object.keys(shape.optional),
    ...methodsOf(kind as Kind),
  ]);
  for (const member of Object.keys(strategy)) if (!known.has(member)) faults.push(`${member} is not a known member of a ${kind}`);
  return faults;
}
