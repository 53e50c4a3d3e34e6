export type { Env } from './env.ts';
export { run } from './run.ts';
