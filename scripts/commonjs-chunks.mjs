/**
 * Bundles ES modules into CommonJS chunks that are loaded when they are needed. esbuild splits only ES modules, and those cost a sign-in
 * about a tenth of its time: their loader, and for each of Node's own modules a copy of all its exports, lazy ones included.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { build, transform } from 'esbuild';

/** `import("./chunk.cjs")` and `import("node:http")`, as esbuild prints them; a plugin's `import(url)` stays what it is. */
const LAZY = /\bimport\("((?:\.\/|node:)[^"]+)"\)/g;
/** `var x=require("node:crypto")` and `x.createHash` where it is used: so the module can wait for its first use, which help and version never see. */
const HEAVY = /=require\("(node:(?:crypto|fs\/promises))"\)/g;
const LATE = 'const __late=(name)=>new Proxy({},{get:(_,member)=>require(name)[member]});';
const HERE = '__here';
const WHERE = `const ${HERE}=require("node:url").pathToFileURL(__filename).href;`;

/** Like esbuild's `build` with `splitting` and `outdir`; the outputs end in .cjs. */
export async function buildCommonJs(options) {
  const result = await build({
    ...options,
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.cjs' },
    define: { ...options.define, 'import.meta.url': HERE },
    write: false,
  });
  const names = new Set(result.outputFiles.map(({ path }) => `./${basename(path)}`));
  const lazily = (_import, name) => {
    if (name.startsWith('./') && !names.has(name)) throw new Error(`No chunk is called ${name}.`);
    return `Promise.resolve().then(()=>require(${JSON.stringify(name)}))`;
  };
  for (const { path, text } of result.outputFiles) {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: options.platform,
      target: options.target,
      minify: options.minify,
      legalComments: options.legalComments,
    });
    const late = code.replace(LAZY, lazily).replace(HEAVY, '=__late("$1")');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `"use strict";${late.includes('__late(') ? LATE : ''}${text.includes(HERE) ? WHERE : ''}${late}`);
  }
  return result;
}
