import { signWithSecret } from '../tokens.ts';
import {
  accepted,
  bearer,
  type DemoCase,
  hs256Cases,
  ofAnotherIssuer,
  opaqueCases,
  policyCases,
  providerCases,
  refused,
  strangeAnswers,
} from './cases.ts';
import type { Stage } from './stage.ts';

export interface Step {
  readonly title: string;
  readonly cases: readonly DemoCase[];
}

/** One server with one config, and the steps that are run against it. */
export interface Scene {
  readonly config: string;
  readonly issuer: string;
  readonly showPolicy?: boolean;
  steps(): AsyncIterable<Step>;
  /** The cases that run right before the provider stops. */
  beforeOutage?(): Promise<readonly DemoCase[]>;
  /** Run once the provider is down; known after the steps and `beforeOutage`. */
  readonly outage: readonly DemoCase[];
}

export function scenesOn(stage: Stage): readonly Scene[] {
  const { provider, shop, strange } = stage;
  const introspected: DemoCase[] = [];
  return [
    {
      config: 'hs256',
      issuer: provider.issuer,
      outage: [],
      async *steps() {
        yield { title: 'hs256: a shared secret', cases: await hs256Cases(stage.loginSecret) };
      },
    },
    {
      config: 'introspection',
      issuer: provider.issuer,
      outage: introspected,
      async *steps() {
        yield { title: 'introspection: opaque tokens', cases: await opaqueCases(shop) };
      },
      // A response is cached for one minute, and the other scenes may take longer.
      async beforeOutage() {
        const active = accepted('introspection: not cached', await shop.token('opaque'));
        introspected.push(
          { ...active, name: 'introspection: cached' },
          {
            ...accepted('introspection: new token', await shop.token('opaque')),
            expected: 'UNAVAILABLE',
          },
        );
        return [{ ...active, kinds: ['unary'] }];
      },
    },
    {
      config: 'introspection',
      issuer: strange.issuer,
      outage: [],
      async *steps() {
        yield { title: 'introspection: unusual answers', cases: strangeAnswers(strange) };
      },
    },
    combinedScene(stage),
    // Late, because they wait for a token to expire.
    keysScene('jwks', 'public keys from a URL', stage),
    keysScene('oidc', 'keys by discovery', stage),
  ];
}

function keysScene(config: string, what: string, stage: Stage): Scene {
  const { provider, shop } = stage;
  const outage: DemoCase[] = [];
  return {
    config,
    issuer: provider.issuer,
    outage,
    async *steps() {
      yield {
        title: `${config}: ${what}`,
        cases: await providerCases(shop, await stage.expired()),
      };
      const before = await shop.token('jwt');
      await provider.rotateKeys();
      const after = await shop.token('jwt');
      outage.push(accepted(`${config}: known key`, after));
      yield {
        title: `${config}: the provider rotates its keys`,
        cases: [accepted('a new key', after), accepted('the old key, still published', before)],
      };
    },
  };
}

function combinedScene({ provider, shop, loginSecret }: Stage): Scene {
  const outage: DemoCase[] = [];
  return {
    config: 'combined',
    issuer: provider.issuer,
    showPolicy: true,
    outage,
    async *steps() {
      yield {
        title: 'combined: oidc, introspection and hs256',
        cases: [
          accepted('JWT of the provider', await shop.token('jwt')),
          accepted('its opaque token', await shop.token('opaque')),
          accepted('token of the old login', await signWithSecret(loginSecret)),
          refused('another issuer', await ofAnotherIssuer(shop)),
        ],
      };
      yield { title: 'policy, streams', cases: await policyCases(shop) };
      const token = await shop.token('opaque');
      const refund = { authorization: bearer(token), kinds: ['refund'] } as const;
      outage.push({ ...refund, name: 'combined: confirmation', expected: 'UNAVAILABLE' });
      yield {
        title: 'confirmation',
        cases: [
          { ...accepted('not revoked, elsewhere', token), kinds: ['unary'] },
          { ...refund, name: 'not revoked, a refund', expected: 'OK' },
          {
            // This provider does not confirm its JWTs, so a refund with one is rejected.
            ...accepted('JWT, a refund', await shop.token('jwt')),
            expected: 'PERMISSION_DENIED',
            kinds: ['refund'],
          },
        ],
      };
      await shop.revoke(token);
      yield {
        title: 'confirmation: the token is revoked',
        cases: [
          { ...accepted('revoked, elsewhere', token), kinds: ['unary'] },
          { ...refund, name: 'revoked, a refund', expected: 'PERMISSION_DENIED' },
        ],
      };
    },
  };
}
