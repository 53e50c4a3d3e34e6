// Copies the recipes of the documents into this package, which ships them: `pnpm --filter @grpc-authn/cli recipes`.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '../../../docs/recipes');
const target = join(import.meta.dirname, '../recipes');
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const name of readdirSync(source)) {
  if (name.endsWith('.yaml')) copyFileSync(join(source, name), join(target, name));
}
