import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as sdk from '@grpc-authn/opentelemetry-1.9';
import { reportEvent } from '@grpc-authn/core/internal';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { startServer } from './support/server.ts';
import { startTelemetry } from './support/telemetry.ts';

vi.mock('@opentelemetry/api', async () => (await import('@grpc-authn/opentelemetry-1.9')).api);

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

const DOCUMENT = join(import.meta.dirname, '../../../docs/telemetry.md');
const [, text = ''] =
  /^```yaml alerts\.yaml\n(.*?)^```$/ms.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
const { groups } = parse(text) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly AlertRule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const strict = parser.configure({ strict: true });

/** Each selector of an expression: the metric, and its labels with those of the groups around it. */
function selectorsOf(
  expr: string,
): { readonly metric: string; readonly labels: readonly string[] }[] {
  const selectors: { metric: string; labels: string[] }[] = [];
  const grouped = new Set<string>();
  strict.parse(expr).iterate({
    enter(node) {
      const written = expr.slice(node.from, node.to);
      if (node.name === 'VectorSelector') {
        selectors.push({ metric: /^\w+/.exec(written)?.[0] ?? '', labels: [] });
      } else if (node.name === 'LabelName') {
        if (node.node.parent?.name === 'GroupingLabels') grouped.add(written);
        else selectors.at(-1)?.labels.push(written);
      }
    },
  });
  return selectors.map(({ metric, labels }) => ({ metric, labels: [...labels, ...grouped] }));
}

describe('the alerts for Prometheus', () => {
  it.each(rules)('$alert has an expression that Prometheus reads', (rule) => {
    expect(() => strict.parse(rule.expr)).not.toThrow();
    expect(rule.labels.severity).toMatch(/^(warning|critical)$/);
    expect(rule.annotations.summary).toMatch(/\.$/);
    expect(rule.for ?? '0m').toMatch(/^\d+m$/);
  });

  it('are read by a parser that rejects a wrong expression', () => {
    expect(() => strict.parse('sum by (le (rate(metric[5m]))')).toThrow(SyntaxError);
  });

  it('use metrics and labels that a server has', async () => {
    const telemetry = await startTelemetry(sdk);
    const server = await startServer();
    for (const token of ['bad', 'down', 'alice']) await server.call('unary', { token });
    for (const type of ['keys_refreshed', 'keys_unavailable'] as const) {
      reportEvent(() => undefined, { type, authenticator: 'jwks' });
    }
    const samples = (await telemetry.scrape()).split('\n');
    const selectors = rules.flatMap(({ expr }) => selectorsOf(expr));
    expect(selectors.length).toBeGreaterThan(8);
    for (const { metric, labels } of selectors) {
      const fits = samples.filter(
        (sample) =>
          sample.startsWith(`${metric}{`) && labels.every((label) => sample.includes(`${label}="`)),
      );
      expect([metric, labels, fits.length > 0]).toEqual([metric, labels, true]);
    }
  });
});
