import { EXPERIMENTS } from '../experiments/all.ts';
import type { Scale } from '../experiments/scale.ts';
import { answerParent, tellParent } from './child.ts';

// One experiment under one Node.js.

export interface ExperimentOrder {
  readonly name: string;
  readonly scale: Scale;
}

answerParent({
  async run({ name, scale }: ExperimentOrder) {
    const experiment = EXPERIMENTS.find((one) => one.name === name);
    if (experiment === undefined) throw new RangeError(`no experiment "${name}"`);
    const run = await experiment.load();
    return run(scale, (progress) => tellParent('progress', progress));
  },
});
