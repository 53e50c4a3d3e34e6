// The test issuer with core only.
import assert from 'node:assert/strict';
import { createFakeClock, startTestIssuer } from '@grpc-authn/testing';

assert.equal(createFakeClock(1000).nowMs(), 1000);
const issuer = await startTestIssuer();
assert.equal((await issuer.sign({ aud: 'orders' })).split('.').length, 3);
await issuer.close();
