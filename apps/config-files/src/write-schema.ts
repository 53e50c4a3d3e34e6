// Writes packages/config/schema.json: npx --yes pnpm@12 --filter @grpc-authn/config-files schema
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema } from './json-schema.ts';

const file = join(import.meta.dirname, '../../../packages/config/schema.json');
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
process.stdout.write('schema.json is written\n');
