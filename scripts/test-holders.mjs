/** Which tests are to notice when something is wrong in a source file. `drop-checks.mjs` and `mutation/` ask. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from './sources.mjs';

/** The tests that hold a file and do not have its name. The first entry counts whose pattern is the end of the path. */
const HOLDERS = {
  'authorization-code/run': 'integration/authorization-code|core/authorization',
  binding: 'core/(binding|access-verifiers|dpop|sessions/dpop)',
  ca: 'core/http(-tls|-identity)?',
  'cache-files': 'core/cache',
  'call-layers': 'core/(settings|settings-values|project-file)',
  'claim-checks': 'core/claims',
  claims: 'core/(claims|access-verifiers)',
  client: 'integration/client-auth|core/client-values',
  'client-certificate': 'core/(private-key|http-identity)|integration/client-proofs',
  'client-secret-basic-raw': 'strategies/client-auth/.*',
  'client-secret-jwt/sign': 'strategies/client-auth/.*|integration/client-proofs',
  compose: 'core/compose|library/padlock',
  'contract/(client-auth|verifier)': 'contract/strategies|core/(contract|verifier)-checks',
  'contract/store': 'contract/strategies|core/store-checks',
  'contract/[a-z]+': 'contract/strategies|core/contract-checks',
  'device-authorization': 'strategies/grants/device-code',
  'dpop-nonces': 'core/dpop|integration/dpop',
  'file-claim': 'core/file-claim|strategies/stores/file',
  'file-entry': 'core/file-entry|strategies/stores/file',
  'file-store': 'strategies/stores/file',
  form: 'core/(provider|request)',
  'http-body': 'core/http(-answers)?',
  'http-errors': 'core/http-answers|core/http(-tls)?',
  'http-retry': 'core/http',
  introspection: 'core/access-verifiers',
  jose: 'core/(jose|key-policy)',
  'jwks/verify': 'strategies/verifiers/jwks',
  'merge-layers': 'core/(settings|settings-values|request|project-file|known-provider|whereabouts)',
  'oauth-error': 'core/oauth-error|strategies/(providers/explain|client-auth/client-auth)',
  padlock: 'library/padlock|core/sessions/(token|refresh)',
  'printable-token': 'strategies/formatters/(token-formats|raw)',
  proof: 'core/access-verifiers|integration/checks',
  prove: 'core/(access-verifiers|verification|verifier-choice|userinfo)|strategies/verifiers/jwks',
  provider: 'core/(provider|dpop)|integration/dpop',
  refreshable: 'core/sessions/(refresh|token|dpop|identity)|integration/resources',
  refresher: 'core/sessions/(refresher|refresh|forget|online|dpop)',
  roca: 'core/key-policy',
  'second-factor-wire': '(core/second-factor-wire|integration/second-factor)',
  'session-keeper': 'core/sessions/(forget|token|refresh)|core/chain|integration/library-sessions',
  'session-lookup': 'core/sessions/(lookup|identity|token|refresh|forget)|core/chain|integration/(resources|library-sessions)',
  'session-record': 'core/session-record|core/sessions/(forget|identity|refresh|token)|core/(vault|cache)',
  sessions: 'core/sessions/(identity|lookup|forget|token|refresh)|core/sessions-spill',
  'shared-secret/verify': 'strategies/verifiers/shared-secret',
  'source-reference': 'core/(source-reference|settings-values)|strategies/sources/.*',
  'store-key': 'core/store-key|strategies/stores/file',
  'tls-client': 'strategies/client-auth/assertions',
  'token-source': 'core/sessions/(token|refresh)',
  tunnel: 'core/http-tls',
  url: 'core/(url|issuer-url|discovery|redirect-uri|settings-values)',
  verification: 'integration/(checks|refusals)|core/(inspect|access-verifiers|verification)',
};

const files = readdirSync(join(root, 'test'), { recursive: true })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `test/${name}`);
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
/** The text of a test and of what it imports from the tests, without comments. */
function textOf(file, seen = new Set()) {
  const text = texts.get(file);
  if (text === undefined || seen.has(file)) return '';
  seen.add(file);
  const imports = [...text.matchAll(/from '([.][^']+)'/g)].map(([, path]) => join(dirname(file), path));
  return [text.replace(/^ *[*].*$/gm, ''), ...imports.map((path) => textOf(path, seen))].join('');
}

/** Everything that may notice something. A test of what was built, of another server or with a browser sees nothing of a copy of the sources. */
export const able = files
  .filter((file) => /^test[/](core|strategies|integration|library|contract|hostile|cli)[/].*[.]test[.]ts$/.test(file))
  .filter((file) => !/support[/]cli|fresh-build|scripts[/]|(?<!\w[/])dist[/]/.test(textOf(file)))
  .sort();

/** The tests that hold a source file (`src/…`), by its name or by the list above: they are asked first. */
export function named(file) {
  const path = file.replace(/^src[/]/, '').replace(/[.]ts$/, '');
  const [, holders] = Object.entries(HOLDERS).find(([name]) => new RegExp(`(^|/)${name}$`).test(path)) ?? [];
  const pattern = new RegExp(`^test/(${holders ?? `.*/${basename(path)}`})[.]test[.]ts$`);
  return able.filter((name) => pattern.test(name));
}

/** The same. Throws where there are none. */
export function holdersOf(file) {
  const found = named(file);
  if (found.length === 0) throw new Error(`No test is known to hold ${file}: name one in scripts/test-holders.mjs.`);
  return found;
}
