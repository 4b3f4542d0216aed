/**
 * esbuild plugin: gives `await import('package')` of a CommonJS package the named exports it has in Node.
 * With code splitting esbuild turns such a package into a chunk that exports `default` only, so that code that is right in the
 * library would find `undefined` in the bundle.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const NAMESPACE = 'commonjs-names';

async function isCommonJs(path) {
  if (/\.[cm]js$/.test(path)) return path.endsWith('.cjs');
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (manifest !== undefined) return JSON.parse(manifest).type !== 'module';
  }
  return true;
}

export const commonJsNames = {
  name: NAMESPACE,
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || path.startsWith('node:') || pluginData === NAMESPACE) return undefined;
      const found = await build.resolve(path, { kind, resolveDir, pluginData: NAMESPACE });
      if (found.external || found.errors.length > 0 || !(await isCommonJs(found.path))) return undefined;
      return { path: found.path, namespace: NAMESPACE };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path }) => {
      const names = Object.keys(await import(pathToFileURL(path).href)).filter((name) => name !== 'default' && IDENTIFIER.test(name));
      const lines = names.map((name, index) => `const v${index} = whole[${JSON.stringify(name)}]; export { v${index} as ${name} };`);
      return {
        contents: [`import whole from ${JSON.stringify(path)}; export default whole;`, ...lines].join('\n'),
        resolveDir: dirname(path),
      };
    });
  },
};
