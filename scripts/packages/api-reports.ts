import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

/** The public entry points: the package itself, and its subpaths. */
const PUBLIC_ENTRY_POINTS: readonly (readonly [string, string])[] = [
  ['core', 'index'],
  ['core', 'authenticator'],
  ['core', 'client'],
  ['core', 'descriptor-set'],
  ['client', 'index'],
  ['client', 'node'],
  ['client', 'grpc-js'],
  ['client', 'connect'],
  ['cli', 'index'],
  ['connect', 'index'],
  ['config', 'index'],
  ['config', 'adapter'],
  ['hs256', 'index'],
  ['hs256', 'adapter'],
  ['introspection', 'index'],
  ['introspection', 'adapter'],
  ['jwks', 'index'],
  ['jwks', 'adapter'],
  ['jwt', 'index'],
  ['jwt', 'adapter'],
  ['nestjs', 'index'],
  ['nestjs', 'testing'],
  ['nice-grpc', 'index'],
  ['opentelemetry', 'index'],
  ['oidc', 'index'],
  ['oidc', 'adapter'],
  ['spiffe', 'index'],
  ['spiffe', 'adapter'],
  ['testing', 'index'],
];

export interface ApiReport {
  /** Relative to the root. */
  readonly file: string;
  /** Whether the committed report matches the build. */
  readonly current: boolean;
  /** The report of the build. */
  readonly fresh: string;
}

/**
 * Compares the built declarations of each public entry point with its committed report, or writes the
 * report.
 */
export function apiReports(
  root: string,
  folder: string,
  { write }: { readonly write: boolean },
): readonly ApiReport[] {
  return PUBLIC_ENTRY_POINTS.map(([name, entryPoint]) => {
    const config = configOf(root, folder, name, entryPoint);
    const before = textOf(config.reportFilePath);
    if (write) mkdirSync(config.reportFolder, { recursive: true });
    Extractor.invoke(config, {
      localBuild: write,
      messageCallback(message) {
        message.handled = message.logLevel !== ExtractorLogLevel.Error;
      },
    });
    const current = before !== '' && before === textOf(config.reportTempFilePath);
    const fresh = config.reportTempFilePath;
    return { file: join('packages', name, 'api', `${entryPoint}.api.md`), current, fresh };
  });
}

function configOf(root: string, folder: string, name: string, entryPoint: string): ExtractorConfig {
  const home = join(root, 'packages', name);
  const entry = join(home, 'dist', `${entryPoint}.d.ts`);
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  };
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: home,
      newlineKind: 'lf',
      mainEntryPointFilePath: entry,
      // Internal package whose options the adapters export as their own.
      bundledPackages: ['@grpc-authn/provider'],
      compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
      apiReport: {
        enabled: true,
        reportFileName: `${entryPoint}.api.md`,
        reportFolder: join(home, 'api'),
        reportTempFolder: join(folder, name),
        // A type in a public signature is part of it, exported or not.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(home, 'package.json'),
  });
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
