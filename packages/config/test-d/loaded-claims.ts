import { getPrincipal, type JsonObject, type Principal } from '@grpc-authn/core';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import { z } from 'zod';
import { assertType, type Equals } from '../../core/test-d/equals.ts';
import { loadAuth, type LoadedAuth } from '../src/index.ts';

declare const call: ServerUnaryCall<object, object>;

// The schema's output types the claims of the running config.
const typed = await loadAuth({ file: 'x', claims: z.object({ tenant: z.string() }) });
assertType<Equals<typeof typed, LoadedAuth<{ tenant: string }>>>();
const principal = getPrincipal(call, typed.authenticator);
assertType<Equals<typeof principal, Principal<{ tenant: string }>>>();

// Without one they are what JSON holds.
const plain = await loadAuth({ config: {} });
assertType<Equals<typeof plain, LoadedAuth<JsonObject>>>();

// A config says who verifies and who may call what; the code does not.
// @ts-expect-error -- there is no such option
await loadAuth({ file: 'x', policy: undefined });
// @ts-expect-error -- a file or an object
await loadAuth({});
