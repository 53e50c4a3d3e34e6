// Compiled, never run: what the kit accepts, and from which runners.
import * as nodeTest from 'node:test';
import type { Metadata } from '@grpc/grpc-js';
import type { Principal } from '@grpc-authn/core/authenticator';
import * as vitest from 'vitest';
import {
  type AuthenticatorSubject,
  describeAuthenticator,
  type SubjectInstance,
  type TestIssuer,
  withPrincipal,
} from '../src/index.ts';

declare const subject: AuthenticatorSubject;
declare const instance: SubjectInstance;
declare const issuer: TestIssuer;
declare const principal: Principal<{ readonly tenant: string }>;

describeAuthenticator({ describe: vitest.describe, it: vitest.it }, subject);
describeAuthenticator({ describe: nodeTest.describe, it: nodeTest.it }, subject);
describeAuthenticator({ describe: vitest.suite, it: vitest.test }, subject);
// A runner that cannot skip, and one like jest's.
describeAuthenticator({ describe: () => undefined, it: () => undefined }, subject);
declare const jestLike: {
  readonly describe: (name: number | string, body: () => void) => void;
  readonly it: {
    (name: string, body?: () => Promise<unknown>, timeout?: number): void;
    skip(name: string, body?: () => Promise<unknown>, timeout?: number): void;
  };
};
describeAuthenticator(jestLike, subject);
// @ts-expect-error -- a runner has describe and it
describeAuthenticator({ describe: vitest.describe }, subject);
// @ts-expect-error -- there is no such capability
describeAuthenticator(vitest, { ...subject, capabilities: ['teleports'] });
// @ts-expect-error -- bad tokens are required
export const incomplete: SubjectInstance = { ...instance, bad: undefined };

export const failing: SubjectInstance = { ...instance, outage: async (kind) => issuer.fail(kind) };
// @ts-expect-error -- there is no such kind of outage
void instance.outage?.('tired');

declare const call: { readonly metadata: Metadata; readonly request: { readonly id: string } };
export const id: string = withPrincipal(call, principal).request.id;
// @ts-expect-error -- the principal is stored on the metadata
withPrincipal({ request: { id: '7' } }, principal);
// @ts-expect-error -- a principal is required
withPrincipal(call, undefined);
