import { installedSize } from '../installed/installed-size.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import type { Experiment } from './experiment.ts';
import { subjectsIn } from './scope.ts';

/** What an application installs, without gRPC itself. */
const INSTALLS: readonly { readonly name: string; readonly packages: readonly string[] }[] = [
  ...['hs256', 'jwks', 'oidc', 'introspection'].map((adapter) => ({
    name: `grpc-authn: core and ${adapter}`,
    packages: ['@grpc-authn/core', `@grpc-authn/${adapter}`],
  })),
  { name: 'jose', packages: ['jose'] },
  { name: 'jsonwebtoken', packages: ['jsonwebtoken'] },
  { name: 'fast-jwt', packages: ['fast-jwt'] },
  { name: 'jwks-rsa and jsonwebtoken', packages: ['jwks-rsa', 'jsonwebtoken'] },
  { name: 'express-oauth2-jwt-bearer', packages: ['express-oauth2-jwt-bearer'] },
  { name: 'aws-jwt-verify', packages: ['aws-jwt-verify'] },
];

/**
 * Bytes and packages in node_modules, read from the packages that are installed here. Peer dependencies, such as
 * grpc-js, are not counted; of our packages, only published files count.
 */
export const size: Experiment = async (_scale, _report, scope) => {
  const found: Measurement[] = [];
  for (const { name: subject, packages } of subjectsIn(INSTALLS, scope)) {
    const { bytes, count } = installedSize(packages);
    const what = { experiment: 'size', scenario: 'installed', subject };
    found.push(measurement(what, 'size', 'kB', [bytes / 1000]));
    found.push(measurement(what, 'number of packages', 'packages', [count]));
  }
  return found;
};
