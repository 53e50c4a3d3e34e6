import { spawnSync } from 'node:child_process';
import { tool } from './tools.ts';

const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', FORCE_COLOR: '0' };

/** Builds the packages and apps that changed. Prints only errors; false where one failed. */
export function build(): boolean {
  const [command, ...args] = tool('turbo', 'run', 'build', '--output-logs=errors-only');
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env });
  if (status === 0) return true;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  return false;
}
