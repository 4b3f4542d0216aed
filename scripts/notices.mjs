/** The licences of the packages whose code is inside the bundles. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

// Inputs of a plugin's own namespace (`name:path`) hold no code of the package.
const PACKAGE = /^([^:]*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

async function entry(folder) {
  const { name, version, license, author } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const by = typeof author === 'string' ? author : author?.name;
  const text =
    texts.map((each) => each.trim()).join('\n\n') ||
    `Licensed under ${license}${by ? `, by ${by}` : ''}. The package ships no licence text.`;
  return { name, version, license, text };
}

/** Markdown text for the packages that own `inputs`, file paths relative to `root` as esbuild's metafile names them. */
export async function notices(root, inputs) {
  const folders = new Set(inputs.map((input) => PACKAGE.exec(input)?.[1]).filter((folder) => folder !== undefined));
  const entries = await Promise.all([...folders].map((folder) => entry(join(root, folder))));
  entries.sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
  const blocks = entries.map(({ name, version, license, text }) => `## ${name} ${version} (${license})\n\n\`\`\`text\n${text}\n\`\`\`\n`);
  return `# Third-party notices\n\nThe command line and the embedded provider in \`dist/\` contain code of these packages.\n\n${blocks.join('\n')}`;
}
