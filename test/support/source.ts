/** What a source file imports and which globals it touches, read from its syntax tree: a search for words misses aliases. */
import { parseSync } from '@swc/core';

export interface Import {
  /** As written: `./text.ts`, `yaml`, `node:fs`. */
  readonly from: string;
  readonly typeOnly: boolean;
  /** `import { type X }`: only types, but the module is loaded all the same. */
  readonly typesInline: boolean;
  /** `import()` inside a function. */
  readonly lazy: boolean;
  readonly reExport: boolean;
  /** Imported names; `default` and `*` among them. */
  readonly names: readonly string[];
}

export interface Source {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Globals it reads, as `process`, `globalThis.process`, and `globalThis` alone when it is passed on or taken apart. */
  readonly globals: readonly string[];
  /** Globals on the right of `instanceof`. */
  readonly instanceOf: readonly string[];
  /** Texts that are the first argument of some other call, as in `createRequire(import.meta.url)('process')`. */
  readonly called: readonly string[];
}

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly ctxt?: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const text = (node: unknown): string => String((node as Node).value);
const literal = (node: unknown): string | undefined => (isNode(node) && node.type === 'StringLiteral' ? text(node) : undefined);

const ROOTS = ['globalThis', 'global'];
const SENTINEL = 'sentinelThatIsNoGlobal';

function specifierName(specifier: Node): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  if (specifier.type === 'ImportNamespaceSpecifier' || specifier.type === 'ExportNamespaceSpecifier') return '*';
  return text(specifier.imported ?? specifier.orig ?? specifier.local);
}

class Reader {
  readonly imports: Import[] = [];
  readonly globals: string[] = [];
  readonly instanceOf: string[] = [];
  readonly called: string[] = [];
  readonly #unresolved: number;

  constructor(unresolved: number) {
    this.#unresolved = unresolved;
  }

  /** The name of a global, undefined for anything that is declared in the file. */
  #global(node: unknown): string | undefined {
    return isNode(node) && node.type === 'Identifier' && node.ctxt === this.#unresolved ? text(node) : undefined;
  }

  visit(node: unknown): void {
    if (Array.isArray(node)) for (const each of node) this.visit(each);
    else if (isNode(node) && !this.#read(node)) for (const child of Object.values(node)) if (isNode(child)) this.visit(child);
  }

  /** True when nothing below the node is left to see. */
  #read(node: Node): boolean {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        return this.#declaration(node);
      case 'TsImportType':
        this.imports.push({ ...this.#plain(text(node.argument)), typeOnly: true });
        return false;
      case 'CallExpression':
        return this.#call(node);
      case 'MemberExpression':
        return this.#member(node);
      case 'BinaryExpression': {
        const right = node.operator === 'instanceof' ? this.#global(node.right) : undefined;
        if (right !== undefined) this.instanceOf.push(right);
        return false;
      }
      case 'Identifier': {
        const name = this.#global(node);
        if (name !== undefined && name !== SENTINEL) this.globals.push(name);
        return false;
      }
      default:
        return false;
    }
  }

  #plain(from: string): Import {
    return { from, typeOnly: false, typesInline: false, lazy: false, reExport: false, names: [] };
  }

  #declaration(node: Node): boolean {
    if (!isNode(node.source)) return false;
    const specifiers = (node.specifiers ?? []) as readonly Node[];
    const typeOnly = node.typeOnly === true;
    this.imports.push({
      ...this.#plain(text(node.source)),
      typeOnly,
      typesInline: !typeOnly && specifiers.length > 0 && specifiers.every((each) => each.isTypeOnly === true),
      reExport: node.type !== 'ImportDeclaration',
      names: node.type === 'ExportAllDeclaration' ? ['*'] : specifiers.map(specifierName),
    });
    return true;
  }

  #call(node: Node): boolean {
    const first = literal((node.arguments as readonly Node[] | undefined)?.[0]?.expression);
    if (first === undefined) return false;
    if ((node.callee as Node).type === 'Import') this.imports.push({ ...this.#plain(first), lazy: true, names: ['*'] });
    else this.called.push(first);
    return false;
  }

  #member(node: Node): boolean {
    const root = this.#global(node.object);
    if (root === undefined || !ROOTS.includes(root)) return false;
    const property = node.property as Node;
    const name = property.type === 'Identifier' ? text(property) : literal(property.expression);
    this.globals.push(name === undefined ? root : `globalThis.${name}`);
    if (name === undefined) this.visit(property);
    return true;
  }
}

/** Reads TypeScript. Throws where it is not. */
export function readSource(path: string, code: string): Source {
  const tree = parseSync(`${code}\n;${SENTINEL};`, { syntax: 'typescript', decorators: true, target: 'es2022' });
  const sentinel = tree.body.at(-1) as unknown as { readonly expression: Node };
  const reader = new Reader(sentinel.expression.ctxt ?? -1);
  reader.visit(tree.body);
  const { imports, globals, instanceOf, called } = reader;
  return { path, lines: code.replace(/\n$/, '').split('\n').length, imports, globals, instanceOf, called };
}
