import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The folder of this package, in the sources as in a build. */
export const PACKAGE_FOLDER: string = dirname(
  createRequire(import.meta.url).resolve('@grpc-authn/cli/package.json'),
);
