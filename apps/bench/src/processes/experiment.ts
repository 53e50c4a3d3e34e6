import { EXPERIMENTS } from '../experiments/all.ts';
import type { Scale } from '../experiments/scale.ts';
import type { Scope } from '../experiments/scope.ts';
import { answerParent, tellParent } from './child.ts';

// One experiment under one Node.js.

export interface ExperimentOrder {
  readonly name: string;
  readonly scale: Scale;
  readonly scope: Scope;
}

answerParent({
  async run({ name, scale, scope }: ExperimentOrder) {
    const experiment = EXPERIMENTS.find((one) => one.name === name);
    if (experiment === undefined) throw new RangeError(`no experiment "${name}"`);
    const run = await experiment.load();
    return run(scale, (progress) => tellParent('progress', progress), scope);
  },
});
