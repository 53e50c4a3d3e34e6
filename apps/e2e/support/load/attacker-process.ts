// An attacker: floods of calls without a valid token, from any loopback addresses.
import { answerParent } from './child.ts';
import { Flood, type FloodOptions } from './flood.ts';

let flood: Flood | undefined;

const answers = {
  /** Resolves once all connections are open, and the flood has begun. */
  async start(options: FloodOptions) {
    flood?.stop();
    flood = new Flood(options);
    await flood.begin();
  },
  /** Resolves at the end of a flood: after `maxCalls` or `maxSeconds`. */
  async end() {
    await flood?.ended;
    return flood!.counts;
  },
  counts: () => flood!.counts,
  stop() {
    flood?.stop();
    return flood!.counts;
  },
};
export type AttackerAnswers = typeof answers;
answerParent(answers);
