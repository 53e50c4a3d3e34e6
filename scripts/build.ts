// Builds every package and app, and prints only what went wrong.
import { spawnSync } from 'node:child_process';

const { status, stdout, stderr } = spawnSync(
  'turbo',
  ['run', 'build', '--output-logs=errors-only'],
  {
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', FORCE_COLOR: '0' },
  },
);
if (status !== 0) {
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  process.exitCode = 1;
}
