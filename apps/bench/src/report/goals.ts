import { OURS, OURS_CACHED } from '../contenders/names.ts';
import type { Measurement } from '../statistics/measurement.ts';

/** A number to reach, and where it is in a run. */
interface Goal {
  readonly title: string;
  readonly limit: number;
  readonly subject: string;
  readonly experiment: string;
  readonly scenario: RegExp;
  readonly measure: string;
  /** Contenders that do less than ours, and are not compared. */
  readonly notPeers?: RegExp;
}

const RATIO = 'server CPU, times bare';
const RAW_RATIO = 'times the signature alone';
const NOT_VERIFYING = /^no interceptor|does nothing/;
const NOT_COLD = /cached|Map|alone|^node:crypto/;

function coldGoal(algorithm: string, limit: number): Goal {
  return {
    title: `cold ${algorithm} / signature alone`,
    limit,
    subject: OURS,
    experiment: 'verification',
    scenario: new RegExp(`^${algorithm}$`),
    measure: RAW_RATIO,
    notPeers: NOT_COLD,
  };
}

function wholeGoal(title: string, limit: number, subject: string, scenario: RegExp): Goal {
  const what = { experiment: 'whole call', measure: RATIO };
  return { title, limit, subject, scenario, notPeers: NOT_VERIFYING, ...what };
}

function burstGoal(algorithm: string): Goal {
  return {
    title: `256 cold ${algorithm} tokens in a tick, longest gap`,
    limit: 2,
    subject: OURS,
    experiment: 'bursts',
    scenario: new RegExp(`^256 cold ${algorithm}`),
    measure: 'longest gap',
  };
}

function inProcessGoal(tokens: string): Goal {
  return {
    title: `warm check and interceptor, in process, ${tokens}`,
    limit: 1,
    subject: OURS_CACHED,
    experiment: 'in process',
    scenario: new RegExp(`${tokens}$`),
    measure: 'over no interceptor',
    notPeers: NOT_VERIFYING,
  };
}

function importGoal(entry: string, limit: number): Goal {
  return {
    title: `import ${entry} / jose`,
    limit,
    subject: `@grpc-authn/${entry}`,
    experiment: 'imports',
    scenario: /^fresh process$/,
    measure: 'best, times jose',
    notPeers: /^@grpc-authn|^jose$/,
  };
}

const GOALS: readonly Goal[] = [
  importGoal('core/authenticator', 1.2),
  importGoal('hs256', 2.5),
  importGoal('jwks', 3.5),
  importGoal('oidc', 3.5),
  inProcessGoal('1 token'),
  inProcessGoal('1,000 tokens'),
  wholeGoal('warm, server CPU × bare, 1 token', 1.03, OURS_CACHED, /^warm, 1 token$/),
  wholeGoal('warm, server CPU × bare, 1,000 tokens', 1.1, OURS_CACHED, /^warm, 1,000 tokens$/),
  coldGoal('RS256', 1.15),
  coldGoal('ES256', 1.1),
  coldGoal('EdDSA', 1.07),
  coldGoal('PS256', 1.17),
  coldGoal('HS256', 2.5),
  {
    ...wholeGoal('cold RS256, server CPU × bare', 1.6, OURS, /^cold, RS256$/),
    notPeers: /cached|^no interceptor/,
  },
  {
    title: 'refuse an expired token',
    limit: 4,
    subject: OURS,
    experiment: 'refusals',
    scenario: /^expired$/,
    measure: 'time',
  },
  burstGoal('RS256'),
  burstGoal('ES256'),
  burstGoal('EdDSA'),
  {
    title: 'introspection, 32 in flight, cold / bare undici',
    limit: 3,
    subject: 'grpc-authn, no cache',
    experiment: 'introspection',
    scenario: /32 in flight/,
    measure: 'times bare undici',
    notPeers: /^undici/,
  },
];

/** A goal with its result. */
export interface Judged {
  readonly title: string;
  readonly limit: number;
  /** Undefined where it was not measured. */
  readonly ours: Measurement | undefined;
  readonly bestPeer: Measurement | undefined;
  /** Undefined where it was not measured, or in a quick run. */
  readonly passed: boolean | undefined;
}

/** Judged by the median. */
export function judgeGoals(
  measurements: readonly Measurement[],
  quick: boolean,
): readonly Judged[] {
  return GOALS.map((goal) => {
    const there = measurements.filter(
      ({ experiment, scenario, measure }) =>
        experiment === goal.experiment && measure === goal.measure && goal.scenario.test(scenario),
    );
    const ours = there.find(({ subject }) => subject === goal.subject);
    const peers = there
      .filter(({ subject }) => !subject.startsWith(OURS) && !goal.notPeers?.test(subject))
      .toSorted((one, other) => one.median - other.median);
    const { title, limit } = goal;
    const passed = quick || ours === undefined ? undefined : ours.median <= limit;
    return { title, limit, ours, bestPeer: peers[0], passed };
  });
}
