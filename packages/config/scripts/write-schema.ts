// node --conditions=@grpc-authn/source packages/config/scripts/write-schema.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema } from './json-schema.ts';

const file = join(import.meta.dirname, '../schema.json');
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
process.stdout.write('schema.json is written\n');
