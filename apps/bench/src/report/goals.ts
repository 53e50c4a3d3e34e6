import { OURS, OURS_CACHED } from '../contenders/names.ts';
import { ALGORITHMS, type Algorithm } from '../tokens/signing-material.ts';

/** A number to reach, and where it is in a run. */
export interface Goal {
  readonly title: string;
  /** In the unit of the measure. */
  readonly limit?: number;
  /** As a multiple of the cheapest peer in the same cell. */
  readonly timesPeer?: number;
  /** Versions of Node.js; default: all. */
  readonly nodes?: RegExp;
  readonly subject: string;
  readonly experiment: string;
  readonly scenario: RegExp;
  readonly measure: string;
  /** Subjects that do less than ours, and are not compared. */
  readonly notPeers?: RegExp;
}

const NOT_VERIFYING = /^no interceptor|does nothing/;
const NOT_COLD = /cached|Map|alone|^node:crypto|^no interceptor/;

const IN_PROCESS: Readonly<Record<Algorithm, number>> = {
  HS256: 2.5,
  RS256: 1.2,
  PS256: 1.2,
  ES256: 1.12,
  EdDSA: 1.07,
};

const COLD = { subject: OURS, notPeers: NOT_COLD };
/** Peers without a cache are not in these scenarios. */
const WARM = { subject: OURS_CACHED, notPeers: NOT_VERIFYING };

function wholeCall(
  title: string,
  scenario: string,
  compared: Pick<Goal, 'subject' | 'notPeers'>,
): Goal {
  return {
    title: `${title}, whole call / bare`,
    timesPeer: 1.05,
    experiment: 'whole call',
    scenario: new RegExp(`^${scenario}$`),
    measure: 'server CPU, times bare',
    ...compared,
  };
}

function coldCall(algorithm: Algorithm): Goal {
  return wholeCall(`cold ${algorithm}`, `cold, ${algorithm}`, COLD);
}

function warmCall(tokens: string): Goal {
  return wholeCall(`warm, ${tokens}`, `warm, ${tokens}`, WARM);
}

function coldCheck(algorithm: Algorithm): Goal {
  return {
    title: `cold ${algorithm}, in process / bare signature`,
    limit: IN_PROCESS[algorithm],
    experiment: 'verification',
    scenario: new RegExp(`^${algorithm}$`),
    measure: 'times the signature alone',
    ...COLD,
  };
}

function warmCheck(tokens: string): Goal {
  return {
    title: `warm check and guard, in process, ${tokens}`,
    limit: 1,
    timesPeer: 1,
    experiment: 'in process',
    scenario: new RegExp(`^warm, ${tokens}$`),
    measure: 'over no interceptor',
    ...WARM,
  };
}

function burst(algorithm: Algorithm): Goal {
  return {
    title: `256 cold ${algorithm} tokens in a tick, longest gap`,
    limit: 2,
    subject: OURS,
    experiment: 'bursts',
    scenario: new RegExp(`^256 cold ${algorithm}`),
    measure: 'longest gap',
  };
}

function importOf(entry: string, limit: number): Goal {
  return {
    title: `import ${entry} / jose`,
    limit,
    nodes: /^20\./,
    subject: `@grpc-authn/${entry}`,
    experiment: 'imports',
    scenario: /^fresh process$/,
    measure: 'best, times jose',
    notPeers: /^@grpc-authn|^jose$/,
  };
}

export const GOALS: readonly Goal[] = [
  ...ALGORITHMS.map(coldCall),
  ...['1 token', '1,000 tokens', '100,000 tokens'].map(warmCall),
  ...ALGORITHMS.map(coldCheck),
  ...['1 token', '1,000 tokens'].map(warmCheck),
  {
    title: 'refuse an expired token',
    limit: 4,
    subject: OURS,
    experiment: 'refusals',
    scenario: /^expired$/,
    measure: 'time',
  },
  ...(['RS256', 'ES256', 'EdDSA'] as const).map(burst),
  {
    title: 'introspection, 32 in flight / bare undici',
    limit: 3,
    subject: 'grpc-authn, no cache',
    experiment: 'introspection',
    scenario: /32 in flight/,
    measure: 'times bare undici',
    notPeers: /^undici/,
  },
  importOf('core/authenticator', 1.2),
  importOf('hs256', 2.5),
  importOf('jwks', 3.5),
  importOf('oidc', 3.5),
];
