/**
 * Bundles ES modules into CommonJS chunks that are loaded when they are needed. esbuild splits only ES modules, and those cost a sign-in
 * about a tenth of its time: their loader, and for each of Node's own modules a copy of all its exports, lazy ones included.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, transform } from 'esbuild';

/** `import("./chunk.cjs")` and `import("node:http")`, as esbuild prints them; a plugin's `import(url)` stays what it is. */
const LAZY = /\bimport\("((?:\.\/|node:)[^"]+)"\)/g;
/** `var x=require("node:crypto")` and `x.createHash` where it is used: so the module can wait for its first use, which help and version never see. */
const HEAVY = /=require\("(node:(?:crypto|fs\/promises))"\)/g;
const LATE = 'const __late=(name)=>new Proxy({},{get:(_,member)=>require(name)[member]});';
const CHUNK = /\brequire\("(\.\/[^"]+)"\)/g;
const HERE = '__here';
const WHERE = `const ${HERE}=require("node:url").pathToFileURL(__filename).href;`;

/**
 * What esbuild makes of an entry whose modules are all in another chunk: `import{a as b}from"./chunk.cjs";export{b as run};` A call `c();` before
 * the exports makes an injected module ready, and the other chunk has that call, too.
 */
const DOOR = /^(?:import(?:\{[^}]*\}from)?"\.\/[^"]+";)+(?:\w+\(\);)*(?:export\{([^}]*)\};)?\s*$/;
const IMPORT = /import(?:\{([^}]*)\}from)?"(\.\/[^"]+)";/g;
const pairs = (list = '') => (list === '' ? [] : list.split(',').map((one) => one.split(' as '))).map(([from, to = from]) => [from, to]);

/** A door that leads to one chunk: that chunk, and what its exports are called there. Undefined for what is a chunk itself. */
function leadsTo(text) {
  const [, exported] = DOOR.exec(text) ?? [];
  const imports = [...text.matchAll(IMPORT)].map(([, names, chunk]) => ({
    names: new Map(pairs(names).map(([from, to]) => [to, from])),
    chunk,
  }));
  if (!DOOR.test(text) || imports.length === 0) return undefined;
  const members = pairs(exported).map(([local, name]) => [name, imports.find(({ names }) => names.has(local)), local]);
  const chunk = members[0]?.[1].chunk ?? imports[0].chunk;
  if (members.some(([, found]) => found.chunk !== chunk)) return undefined;
  return { chunk, members: members.map(([name, { names }, local]) => [name, names.get(local)]) };
}

/** Like esbuild's `build` with `splitting` and `outdir`; the outputs end in .cjs. An entry that is nothing but a door costs no file. */
export async function buildCommonJs(options) {
  const result = await build({
    ...options,
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.cjs' },
    define: { ...options.define, 'import.meta.url': HERE },
    write: false,
  });
  const entries = new Set(Object.keys(options.entryPoints).map((entry) => `./${entry}.cjs`));
  const doors = new Map();
  const names = new Map(); // of chunks: an entry gives its name to the chunk it leads to
  for (const { path, text } of result.outputFiles) {
    const name = `./${basename(path)}`;
    const door = leadsTo(text);
    if (door !== undefined) doors.set(name, door);
    if (entries.has(name) && door !== undefined) names.set(door.chunk, name);
    if (!names.has(name)) names.set(name, name);
  }
  const required = (name) => {
    if (name.startsWith('./') && !names.has(name)) throw new Error(`No chunk is called ${name}.`);
    return `require(${JSON.stringify(names.get(name) ?? name)})`;
  };
  const lazily = (_import, name) => {
    const { chunk, members = [] } = doors.get(name) ?? {};
    const taken = members.map(([member, there]) => `${JSON.stringify(member)}:chunk.${there}`);
    const load = chunk === undefined ? required(name) : `{const chunk=${required(chunk)};return{${taken}}}`;
    return `Promise.resolve().then(()=>${load})`;
  };
  for (const { path, text } of result.outputFiles) {
    const name = `./${basename(path)}`;
    if (doors.has(name)) continue;
    const { code } = await transform(text, {
      format: 'cjs',
      platform: options.platform,
      target: options.target,
      minify: options.minify,
      legalComments: options.legalComments,
    });
    const late = code
      .replace(LAZY, lazily)
      .replace(CHUNK, (_require, chunk) => required(chunk))
      .replace(HEAVY, '=__late("$1")');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(
      join(dirname(path), names.get(name)),
      `"use strict";${late.includes('__late(') ? LATE : ''}${text.includes(HERE) ? WHERE : ''}${late}`,
    );
  }
  return result;
}
