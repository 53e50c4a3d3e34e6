import type { Data } from '../../command/command.ts';
import { BAD, GOOD, type Line, type Part, styled, WARNING } from '../../output/line.ts';
import { table } from '../../output/table.ts';
import type { ProviderReport } from './provider-report.ts';

/** A report, and the algorithms that the file accepts from this authenticator. */
export interface CheckedProvider extends ProviderReport {
  readonly accepted: readonly string[] | undefined;
}

/** Undefined where a key fits; else what to change. */
export function algorithmProblem({ accepted, used, problem }: CheckedProvider): string | undefined {
  if (accepted === undefined || used.length === 0 || problem !== undefined) return undefined;
  // An RSA key without `alg` is bound to the RSA algorithm that the file accepts.
  const fits = used.some(({ alg }) => alg === null || accepted.includes(alg));
  if (fits) return undefined;
  const offered = [...new Set(used.map(({ alg }) => alg))].join(', ');
  return `no key has an accepted algorithm: the keys are for ${offered}; add it to algorithms if the provider is meant to use it`;
}

export function isWell(provider: CheckedProvider): boolean {
  const { problem, used, leftOut } = provider;
  if (problem !== undefined || algorithmProblem(provider) !== undefined) return false;
  return used.length > 0 || leftOut.length === 0;
}

export function showProvider(provider: CheckedProvider): readonly Line[] {
  const { authenticator, note, problem, durationMs } = provider;
  const well = note === undefined ? GOOD : WARNING;
  const state: Part =
    problem === undefined
      ? note === undefined
        ? `ready in ${durationMs} ms`
        : 'not checked'
      : styled('bad', 'not ready');
  return [
    ['  ', isWell(provider) ? well : BAD, ' ', styled('strong', authenticator), '  ', state],
    ...table(detailsOf(provider), 6),
  ];
}

function detailsOf(provider: CheckedProvider): readonly (readonly Part[])[] {
  const { note, problem, requests, used, leftOut, accepted, announcedAlgorithms, events } =
    provider;
  const label = (text: string): Part => styled('faint', text);
  const algorithm = algorithmProblem(provider);
  return [
    ...requests.map(({ method, url, status, durationMs }) => [
      label('asked'),
      `${method} ${url}: ${status ?? 'no answer'}${durationMs === undefined ? '' : `, ${durationMs} ms`}`,
    ]),
    ...(requests.length === 0 && used.length === 0 && problem === undefined
      ? [[label('asked'), note === undefined ? NOTHING : `nothing: ${note}`]]
      : []),
    ...issuerRows(provider).map(([name, value]) => [label(name), value]),
    ...(problem === undefined
      ? []
      : [
          [styled('bad', 'problem'), problem],
          ['fix', fixOf(provider)],
        ]),
    ...used.map(({ kid, alg }) => [label('key'), `${kid ?? '(no kid)'}  ${alg ?? 'RSA'}`]),
    ...leftOut.map(({ kid, why }) => [
      styled('warning', 'left out'),
      `${kid ?? '(no kid)'}: ${why}`,
    ]),
    ...(accepted === undefined || used.length === 0
      ? []
      : [[label('accepts'), accepted.join(', ')]]),
    ...(announcedAlgorithms.length === 0
      ? []
      : [[label('announces'), announcedAlgorithms.join(', ')]]),
    ...(algorithm === undefined ? [] : [[styled('bad', 'problem'), algorithm]]),
    ...events.map((type) => [WARNING, type]),
  ];
}

const NOTHING =
  'nothing: it has no provider, or asks one about tokens only; try grpc-authn explain';

function fixOf({ requests, receivedIssuer, code }: CheckedProvider): string {
  if (receivedIssuer !== undefined) {
    return 'make both the same: issuer in the file, or the URL of the provider';
  }
  const certificate = CERTIFICATE_FIXES.get(code);
  if (certificate !== undefined) return `${certificate}; until then calls get UNAVAILABLE`;
  const answered = requests.some(({ status }) => status !== undefined);
  const first = answered
    ? 'compare the address with the one that the provider documents'
    : 'check that it runs, then address, DNS, proxy and firewall';
  return `${first}; until then calls get UNAVAILABLE`;
}

const UNKNOWN_AUTHORITY =
  "let the provider's certificate be checked by its own authority: http.ca in the file, or NODE_EXTRA_CA_CERTS";

/** By the code of the error. */
const CERTIFICATE_FIXES: ReadonlyMap<string | undefined, string> = new Map([
  [
    'CERT_HAS_EXPIRED',
    'a certificate of the provider has expired: renew it, or pass the current authority in http.ca',
  ],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    "the provider's certificate is for another name: use a name that it has",
  ],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNKNOWN_AUTHORITY],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_AUTHORITY],
]);

function issuerRows({
  expectedIssuers,
  receivedIssuer,
}: CheckedProvider): readonly (readonly [string, string])[] {
  const expected = expectedIssuers.join(', ');
  if (receivedIssuer === undefined) return expected === '' ? [] : [['issuer', expected]];
  if (expectedIssuers.includes(receivedIssuer)) {
    return [['issuer', `${receivedIssuer}, as expected`]];
  }
  return [
    ['expected', expected],
    ['received', receivedIssuer],
  ];
}

export function providerData(provider: CheckedProvider): Data {
  const { requests, used, leftOut, accepted, problem } = provider;
  return {
    name: provider.authenticator,
    ready: problem === undefined,
    ok: isWell(provider),
    durationMs: provider.durationMs,
    note: provider.note,
    problem: problem ?? algorithmProblem(provider),
    issuer: { expected: provider.expectedIssuers, received: provider.receivedIssuer },
    algorithms: { accepted, announced: provider.announcedAlgorithms },
    requests: requests.map(({ url, method, status, durationMs }) => ({
      url,
      method,
      status,
      durationMs,
    })),
    keys: {
      used: used.map(({ kid, alg }) => ({ kid, alg })),
      leftOut: leftOut.map(({ kid, why }) => ({ kid, why })),
    },
    events: provider.events,
  };
}
