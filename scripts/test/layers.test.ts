import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../tools.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Where a file is, what it imports, and whether the layers allow it. */
const PLANTED: readonly (readonly [string, string, boolean])[] = [
  ['packages/core/src/errors', '../contract/clock.ts', false],
  ['packages/core/src/contract', '../errors/auth-error.ts', true],
  ['packages/core/src/contract', '../gate/gate.ts', false],
  ['packages/core/src/gate', '../guard/guard.ts', false],
  ['packages/core/src/guard', '../gate/gate.ts', true],
  ['packages/core/src/guard', '../grpc/status.ts', false],
  ['packages/core/src/gate', '../index.ts', false],
  ['packages/core/src/gate', '@grpc/grpc-js', false],
  ['packages/core/src/grpc', '@grpc/grpc-js', true],
  ['packages/core/src/grpc', '@grpc-authn/jwt', false],
  ['packages/core/src/grpc', '../descriptor-set/read-descriptor-set.ts', false],
  ['packages/core/src/policy', '@bufbuild/protobuf', false],
  ['packages/core/src/policy', '@bufbuild/protobuf/wkt', false],
  ['packages/core/src/policy', '@bufbuild/protobuf/wire', true],
  ['packages/core/src/descriptor-set', '@bufbuild/protobuf', true],
  ['packages/jwt/src', '@grpc-authn/core/authenticator', true],
  ['packages/jwt/src', '@grpc-authn/core', false],
  ['packages/jwt/src', '@grpc-authn/hs256', false],
  ['packages/jwt/src/claims', '@grpc/grpc-js', false],
  ['packages/hs256/src', '@grpc-authn/jwt/internal', true],
  ['packages/hs256/src', '@grpc-authn/config/adapter', false],
  ['packages/hs256/src', '@grpc-authn/jwt/adapter', false],
  ['packages/hs256/src', './adapter.ts', false],
  ['packages/hs256/src', 'zod', false],
  ['packages/jwt/src/claims', '../adapter/jwt-schema.ts', false],
  ['packages/jwt/src/adapter', '@grpc-authn/config/adapter', true],
  ['packages/jwt/src/adapter', '../routing/by-issuer.ts', true],
  ['packages/jwt/src/adapter', '@grpc-authn/config', false],
  ['packages/jwt/src/adapter', '@grpc-authn/jwks/adapter', false],
  ['packages/jwks/src/adapter', '@grpc-authn/provider/adapter', true],
  ['packages/jwks/src/adapter', '@grpc-authn/oidc/adapter', false],
  ['packages/spiffe/src', '@grpc-authn/jwks/internal', true],
  ['packages/spiffe/src', '@grpc-authn/oidc', false],
  ['packages/client/src', '@grpc-authn/core', false],
  ['packages/client/src', '@grpc/grpc-js', false],
  ['packages/client/src', 'node:crypto', false],
  ['packages/client/src', './node/token-endpoint.ts', false],
  ['packages/client/src', '@grpc-authn/provider', false],
  ['packages/client/src/connect', '../node/token-endpoint.ts', false],
  ['packages/client/src/node', 'node:crypto', true],
  ['packages/client/src/node', '../token-source.ts', true],
  ['packages/client/src/node', '@grpc-authn/provider', true],
  ['packages/client/src/node', '@grpc-authn/jwt', false],
  ['packages/client/src/node', '@grpc/grpc-js', false],
  ['packages/client/src/grpc-js', '@grpc/grpc-js', true],
  ['packages/nice-grpc/src', '@grpc-authn/core', true],
  ['packages/nice-grpc/src', '@grpc/grpc-js', true],
  ['packages/nice-grpc/src', '@grpc-authn/core/internal', false],
  ['packages/nice-grpc/src', '@grpc-authn/testing', false],
  ['packages/cli/src', '@grpc-authn/config', true],
  ['packages/cli/src', '@grpc-authn/core/client', true],
  ['packages/cli/src', '@grpc/grpc-js', true],
  ['packages/cli/src', '@grpc-authn/core/internal', false],
  ['packages/cli/src', '@grpc-authn/oidc', false],
  ['packages/connect/src', '@grpc-authn/core/authenticator', true],
  ['packages/connect/src', '@grpc-authn/core/internal', false],
  ['packages/connect/src', '@grpc-authn/core', false],
  ['packages/connect/src', '@grpc/grpc-js', false],
  ['packages/nestjs/src', '@grpc-authn/core', true],
  ['packages/nestjs/src', '@grpc/grpc-js', true],
  ['packages/nestjs/src', '@grpc-authn/core/internal', false],
  ['packages/nestjs/src', '@grpc-authn/nestjs-11', false],
  ['packages/nestjs/src', '@grpc-authn/testing', false],
  ['packages/nestjs/src/testing', '@grpc-authn/testing', true],
  ['packages/opentelemetry/src', '@grpc-authn/core/authenticator', true],
  ['packages/opentelemetry/src', '@grpc-authn/core', false],
  ['packages/opentelemetry/src', '@grpc/grpc-js', false],
  ['packages/opentelemetry/src', '@grpc-authn/opentelemetry-1.9', false],
  ['packages/spiffe/src/adapter', '@grpc-authn/jwks/adapter', false],
  ['packages/jwks/src/adapter', '@grpc/grpc-js', false],
  ['packages/jwks/src/adapter', 'zod', false],
  ['packages/config/src/adapter', 'zod', true],
  ['packages/config/src/adapter', '@grpc-authn/core/internal', true],
  ['packages/config/src/adapter', '@grpc-authn/core', false],
  ['packages/config/src/adapter', '@grpc-authn/jwt/adapter', false],
  ['packages/config/src/adapter', '../load-auth.ts', false],
  ['packages/config/src/assemble', '../adapter/zod.ts', true],
  ['packages/config/src/assemble', 'zod', false],
  ['packages/config/src/assemble', '@grpc-authn/hs256/adapter', false],
  ['packages/core/src/contract', 'zod', false],
  ['packages/hs256/src', '@grpc-authn/example', false],
  ['packages/hs256/src', '../../../apps/example/src/orders-service.ts', false],
];

/** A tree of its own with our configuration: other tests read the sources at the same time. */
const folder = mkdtempSync(join(tmpdir(), 'grpc-authn-layers-'));
let messages: readonly string[] = [];

function pathOf(index: number): string {
  return join(folder, PLANTED[index]?.[0] ?? '', `planted-${index}.ts`);
}

beforeAll(() => {
  mkdirSync(join(folder, 'scripts', 'graph'), { recursive: true });
  for (const file of ['oxlint.config.ts', join('scripts', 'graph', 'floors.ts')]) {
    copyFileSync(join(ROOT, file), join(folder, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [index, [, imported]] of PLANTED.entries()) {
    mkdirSync(dirname(pathOf(index)), { recursive: true });
    writeFileSync(pathOf(index), `export * as planted from '${imported}';\n`);
  }
  const [command, ...args] = tool('oxlint', '--format=unix', 'packages');
  const { stdout } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  messages = stdout.split('\n').filter((line) => line.includes('no-restricted-imports'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the direction of the layers', () => {
  for (const [index, [from, imported, allowed]] of PLANTED.entries()) {
    it(`${from} ${allowed ? 'may' : 'may not'} import ${imported}`, () => {
      const found = messages.some((line) => line.includes(`planted-${index}.ts:`));
      expect(found).toBe(!allowed);
    });
  }
});
