import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSync } from '@grpc/proto-loader';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { READERS_LINES, READERS_PROTO } from './support/readers-lines.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(import.meta.dirname, 'written');
/** Code, which is checked here; commands and their output, which are not. */
const LANGUAGES = new Set(['ts', 'js', 'yaml', 'proto', 'sh', 'nginx', '']);
/** Blocks without a check, by document and first line, each with the reason. */
const UNCHECKED: Readonly<Record<string, string>> = {
  "docs/recipes/clerk.md: const token = await session.getToken({ template: 'orders' });":
    "Clerk's own client, in a browser",
  'docs/recipes/gitlab-ci.md: job_with_id_tokens:': 'a job of GitLab',
  'docs/recipes/firebase.md: const token = await getAuth().currentUser.getIdToken();':
    "Firebase's own client, in a browser",
  'docs/recipes/github-actions.md: permissions: { id-token: write }': 'a workflow of GitHub',
  'docs/recipes/kubernetes.md: volumes:': 'a volume of a pod',
  'docs/clients.md: volumes:': 'a volume of a pod',
};

interface Block {
  readonly document: string;
  readonly language: string;
  /** The file name of a block that is a whole file; another test runs it. */
  readonly name: string | undefined;
  readonly code: string;
  readonly title: string;
}

const DOCUMENTS = [
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
  ...readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name, 'README.md')),
];
const FENCED = /^( *)```(\w*)(?: (\S+))?\n(.*?)^\1```$/gms;
const blocks = DOCUMENTS.flatMap((document): readonly Block[] => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(FENCED)].map(([, indent = '', language = '', name, lines = '']) => {
    const code = lines.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    const first = code.split('\n').find((line) => !/^(?:#|\s*$)/.test(line));
    return { document, language, name, code, title: `${document}: ${first}` };
  });
});
const checked = blocks.filter(({ title }) => !(title in UNCHECKED));
const inLanguage = (...languages: readonly string[]): readonly Block[] =>
  checked.filter(({ language, name }) => languages.includes(language) && name === undefined);
const scripts = inLanguage('ts', 'js');

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('the blocks of the documents', () => {
  it('are of a known language', () => {
    expect(blocks.filter(({ language }) => !LANGUAGES.has(language))).toEqual([]);
  });

  it('without a check still exist', () => {
    const titles = blocks.map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(Object.keys(UNCHECKED)));
  });

  it('that are files are in the documents that their own test reads', () => {
    const documents = blocks.flatMap(({ name, document }) => (name === undefined ? [] : document));
    expect(new Set(documents)).toEqual(
      new Set([
        // document-examples.test.ts of the packages testing and client.
        'docs/errors.md',
        'docs/writing-an-authenticator.md',
        'packages/testing/README.md',
        // server-documents.test.ts of the scripts.
        'docs/servers/envoy.md',
        'docs/servers/nginx.md',
        'docs/writing-a-binding.md',
        // alerts.test.ts of the package opentelemetry.
        'docs/telemetry.md',
        // The consumers.
        'docs/servers/connect.md',
        'docs/servers/grpc-js.md',
        'packages/nestjs/README.md',
        'packages/nice-grpc/README.md',
      ]),
    );
  });
});

describe('TypeScript of the documents', () => {
  it("has a reader's lines for each document", () => {
    expect(new Set(scripts.map(({ document }) => document))).toEqual(
      new Set(Object.keys(READERS_LINES)),
    );
  });

  it("compiles after a reader's lines, all blocks of a document together", () => {
    for (const [document, lines] of Object.entries(READERS_LINES)) {
      const parts = scripts.filter((block) => block.document === document);
      const text = [lines, ...parts.map(({ code }) => code)].join('\n');
      writeFileSync(join(FOLDER, `${document.replaceAll(/\W/g, '-')}.ts`), text);
    }
    // Code that is shown in part has unused names. The types of Connect need those of browsers.
    const compilerOptions = {
      noUnusedLocals: false,
      experimentalDecorators: true,
      lib: ['ES2023', 'ES2024.String', 'DOM'],
    };
    const config = { extends: '../../tsconfig.json', compilerOptions, include: ['.'] };
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    const { stdout, status } = spawnSync(tsc, ['-p', FOLDER], { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
    // A whole compilation, on a machine that may be busy.
  }, 120_000);
});

describe('YAML of the documents', () => {
  const schema = JSON.parse(readFileSync(join(ROOT, 'packages/config/schema.json'), 'utf8')) as {
    readonly $id: string;
  };
  const validate = new Ajv2020({ strict: false }).compile(schema);

  it.each(inLanguage('yaml'))('fits the schema: $title', ({ code }) => {
    const part = parse(code) as object;
    const main = { use: 'oidc', issuer: 'https://id.example.com', audience: 'orders' };
    // A file that is shown in part gets an authenticator; pins are part of one.
    const config =
      'pin' in part ? { authenticator: { ...main, ...part } } : { authenticator: 'main', ...part };
    validate(config);
    expect(validate.errors ?? []).toEqual([]);
  });
});

describe('.proto of the documents', () => {
  it.each(inLanguage('proto'))('loads: $title', ({ code }) => {
    const file = join(FOLDER, 'orders.proto');
    writeFileSync(file, [READERS_PROTO.before, code, READERS_PROTO.after].join('\n'));
    const includeDirs = [join(ROOT, 'packages/core/proto')];
    expect(loadSync(file, { includeDirs })).toHaveProperty(['orders.v1.Orders', 'List']);
  });
});
