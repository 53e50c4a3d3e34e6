import type { Command, Input, Report } from '../command/command.ts';
import { PROTOS, TIMEOUT, timeoutMsOf } from '../command/options.ts';
import { BAD, GOOD, type Line, styled, WARNING } from '../output/line.ts';
import { whileWaiting } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { type LoadedConfig, withConfig } from '../project/load-config.ts';
import { acceptedAlgorithms } from './check/accepted-algorithms.ts';
import { askProviders } from './check/ask-providers.ts';
import { type CheckedProvider, isWell, providerData, showProvider } from './check/show-provider.ts';

export const CHECK: Command = {
  name: 'check',
  positionals: ['[FILE]'],
  summary: 'Whether a server would start with this config: problems, providers, keys and rules.',
  details:
    'Shows all problems of the config at once, asks every provider, lists the keys that are used and those\n' +
    'that are left out, and prints the rule of every method.',
  example: 'grpc-authn check grpc-authn.yaml --protos protos',
  options: { protos: PROTOS, timeout: TIMEOUT },
  run: check,
};

async function check(input: Input): Promise<Report> {
  const timeoutMs = timeoutMsOf(input);
  return withConfig(input, async (loaded) => {
    const asked = askProviders(loaded.loadAgain, timeoutMs);
    const reports = await whileWaiting(input.env, 'asking the providers', asked);
    const accepted = acceptedAlgorithms(loaded.path);
    const providers = reports.map((report) => ({
      ...report,
      accepted: accepted.get(report.authenticator),
    }));
    return reportOf(loaded, providers);
  });
}

function reportOf(loaded: LoadedConfig, providers: readonly CheckedProvider[]): Report {
  const { name, auth, warnings } = loaded;
  const rules = auth.policy.table();
  const ok = providers.every(isWell);
  const noun = providers.length === 1 ? 'authenticator' : 'authenticators';
  const bad = providers.filter((provider) => !isWell(provider)).length;
  const result: Line = ok
    ? [GOOD, ' all is well']
    : [BAD, ` ${bad} of ${providers.length} ${noun} cannot verify tokens: calls would be refused`];
  return {
    status: ok ? 0 : 1,
    lines: [
      [GOOD, ' ', styled('strong', name), `  ${providers.length} ${noun}, no problem`],
      ...warnings.map((warning): Line => ['  ', WARNING, ' ', warning]),
      [],
      [styled('strong', 'Providers')],
      ...providers.flatMap((provider) => showProvider(provider)),
      [],
      [styled('strong', 'Policy')],
      ...table(
        rules.map(({ method, rule, source }) => [method, rule, styled('faint', source)]),
        2,
      ),
      [],
      result,
    ],
    data: {
      ok,
      file: name,
      warnings,
      providers: providers.map((provider) => providerData(provider)),
      policy: rules.map(({ method, rule, source }) => ({ method, rule, source })),
    },
  };
}
