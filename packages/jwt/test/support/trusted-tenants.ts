import type { Authenticator, AuthenticatorEvent } from '@grpc-authn/core/authenticator';
import { createFakeClock, type FakeClock } from '@grpc-authn/testing';
import type { ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import { onTestFinished } from 'vitest';
import { byTrustedIssuer, createJwtAuthenticator } from '../../src/index.ts';
import type { KeySet } from '../../src/index.ts';
import { createSigningKey, type SigningKey, signJws } from './signing-key.ts';
import {
  AUDIENCE,
  claims,
  clock as tokenClock,
  keySetOf,
  NOW_SECONDS,
} from './test-authenticator.ts';

/** One authenticator that `trust` made. */
export interface Made {
  readonly issuer: string;
  readonly authenticator: Authenticator;
  /** How often its keys were read, each time by a request to its provider. */
  fetches: number;
  closed: number;
  emit(event: AuthenticatorEvent): void;
}

export interface TrustedSubject {
  readonly authenticator: ManagedAuthenticator;
  readonly clock: FakeClock;
  /** The issuers that `trust` was asked for, in order. */
  readonly asked: readonly string[];
  readonly made: readonly Made[];
  /** Those that are not closed. */
  readonly open: () => readonly string[];
  readonly token: (issuer: string, changes?: object) => string;
  /** Signed by nobody's key. */
  readonly forged: (issuer: string) => string;
}

export const issuerOf = (name: string): string => `https://${name}.example`;

const key: SigningKey = createSigningKey('EdDSA', 'main');
const otherKey: SigningKey = createSigningKey('EdDSA', 'main');

/** Trusts the issuers that `isTrusted` accepts; they share one key. */
export function createTrusted(
  isTrusted: (issuer: string) => boolean,
  options: {
    readonly maxIssuers?: number;
    readonly keys?: (issuer: string) => KeySet | Promise<KeySet>;
  } = {},
): TrustedSubject {
  const clock = createFakeClock(NOW_SECONDS * 1000);
  const asked: string[] = [];
  const made: Made[] = [];
  const { keys: keysFor = () => keySetOf(key), ...rest } = options;
  const authenticator = byTrustedIssuer(
    (issuer) => {
      asked.push(issuer);
      if (!isTrusted(issuer)) return undefined;
      const one = makeOne(issuer, keysFor);
      made.push(one);
      return one.authenticator;
    },
    { ...rest, clock },
  );
  onTestFinished(() => authenticator.close());
  return {
    authenticator,
    clock,
    asked,
    made,
    open: () => made.filter(({ closed }) => closed === 0).map(({ issuer }) => issuer),
    token: (issuer, changes) => sign(key, issuer, changes),
    forged: (issuer) => sign(otherKey, issuer),
  };
}

function makeOne(issuer: string, keysFor: (issuer: string) => KeySet | Promise<KeySet>): Made {
  const listeners = new Set<(event: AuthenticatorEvent) => void>();
  const verifier = createJwtAuthenticator({
    name: `tenant ${issuer}`,
    issuer,
    audience: AUDIENCE,
    clock: tokenClock,
    keys: () => {
      one.fetches += 1;
      return keysFor(issuer);
    },
  });
  const one: Made = {
    issuer,
    fetches: 0,
    closed: 0,
    emit: (event) => listeners.forEach((listener) => listener(event)),
    authenticator: {
      name: verifier.name,
      schemes: verifier.schemes,
      issuers: verifier.issuers,
      traits: verifier.traits,
      authenticate: (credentials, context) => verifier.authenticate(credentials, context),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      async close() {
        one.closed += 1;
      },
    },
  };
  return one;
}

function sign(by: SigningKey, issuer: unknown, changes: object = {}): string {
  return signJws(by, { alg: 'EdDSA', kid: 'main' }, claims({ iss: issuer, ...changes }));
}
