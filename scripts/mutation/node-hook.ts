// Loaded before a test of node:test: adds every mutant to the sources when they are read.
import { readFileSync, writeFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutate } from './mutants.ts';
import { passOf } from './pass.ts';
import { installSwitch } from './switch.ts';
import { ROOT, targetOf } from './targets.ts';

const { folder, mutant, target } = passOf(process.env);
const sources = new Set(targetOf(target).sources);
const mutation = installSwitch();
mutation.off = mutant;

interface Loaded {
  readonly format: string;
  readonly source: string;
  readonly shortCircuit: true;
}
type Load = (
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => Loaded,
) => Loaded;

// Node.js has it since 22.15; the types are those of the oldest supported Node.js.
const { registerHooks } = nodeModule as unknown as {
  readonly registerHooks: (hooks: { readonly load: Load }) => void;
};

registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:')) return next(url, context);
    const path = fileURLToPath(url);
    const file = relative(ROOT, path);
    if (!sources.has(file)) return next(url, context);
    const { code } = mutate(file, readFileSync(path, 'utf8'));
    return { format: 'module-typescript', source: code, shortCircuit: true };
  },
});

if (mutant === undefined) {
  process.on('exit', () => {
    const path = join(folder, `${process.pid}.reached.json`);
    if (mutation.outside.length > 0) writeFileSync(path, JSON.stringify(mutation.outside));
  });
}
