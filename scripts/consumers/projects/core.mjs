// Core without grpc-js: what adapters and clients import.
import assert from 'node:assert/strict';
import { AuthError, cached, createPrincipal } from '@grpc-authn/core/authenticator';
import { readAuthFailure } from '@grpc-authn/core/client';
import { readDescriptorSet } from '@grpc-authn/core/descriptor-set';

const authenticator = cached({
  name: 'keys',
  authenticate: ({ token }) =>
    token === 'k-1'
      ? createPrincipal({ authenticator: 'keys', subject: 'alice' })
      : new AuthError('invalid_token', 'inactive'),
});
const context = { method: '/x/y', signal: new AbortController().signal };
const verdict = await authenticator.authenticate({ scheme: 'bearer', token: 'k-1' }, context);
assert.equal(verdict.subject, 'alice');
assert.equal(readAuthFailure(new Error('none of ours')), undefined);
assert.throws(() => readDescriptorSet(new Uint8Array()), { name: 'ConfigError' });
await assert.rejects(import('@grpc-authn/core'), { code: 'ERR_MODULE_NOT_FOUND' });
