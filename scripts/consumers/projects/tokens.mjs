// Tokens without gRPC: nothing of it is installed.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createTokenSource } from '@grpc-authn/client';
import { createTokenFileSource } from '@grpc-authn/client/node';

const { HS256_TOKEN } = process.env;
const source = createTokenSource(async () => ({ token: HS256_TOKEN }));
assert.equal((await source.get()).token, HS256_TOKEN);
await source.close();

writeFileSync('token', HS256_TOKEN);
const file = createTokenFileSource({ path: 'token' });
assert.equal((await file.get()).token, HS256_TOKEN);
await file.close();

await assert.rejects(import('@grpc-authn/client/grpc-js'), { code: 'ERR_MODULE_NOT_FOUND' });
await assert.rejects(import('@grpc-authn/client/connect'), { code: 'ERR_MODULE_NOT_FOUND' });
