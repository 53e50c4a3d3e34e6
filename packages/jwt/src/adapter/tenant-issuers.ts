import type { IssuerSet } from '@grpc-authn/config/adapter';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { describeValue, wrongOption } from '@grpc-authn/core/internal';
import { IssuerTemplate } from '../routing/issuer-template.ts';

/** The tenants of a file; `any` must be written out. */
export type Tenants = 'any' | readonly string[];

/** @throws ConfigError */
export function readTenantIssuers(
  issuers: readonly string[],
  tenants: Tenants | undefined,
): IssuerSet {
  const templates = issuers.map((text, index) => new IssuerTemplate(`issuers[${index}]`, text));
  const isTemplate = templates.some(({ tenantRule }) => tenantRule !== undefined);
  if (isTemplate && tenants === undefined) {
    throw wrongOption(
      'tenants',
      'nothing',
      'a list of tenants; write "any" to accept every tenant',
    );
  }
  if (!isTemplate && tenants !== undefined) {
    throw new ConfigError([{ path: 'tenants', message: 'remove it: no issuer has {tenant}' }]);
  }
  if (tenants === 'any') return anyTenant(templates);
  const known = new Set(templates.flatMap((template) => listed(template, tenants ?? [''])));
  const [example = ''] = known;
  return { known: [...known], example, includes: (issuer) => known.has(issuer) };
}

function anyTenant(templates: readonly IssuerTemplate[]): IssuerSet {
  const example = templates[0]?.issuerOf('tenant') ?? '';
  return {
    known: [],
    example,
    includes: (issuer) => templates.some((template) => template.matches(issuer)),
  };
}

function listed(template: IssuerTemplate, tenants: readonly string[]): readonly string[] {
  return tenants.map((tenant, index) => {
    const issuer = template.issuerOf(tenant);
    if (issuer !== undefined) return issuer;
    const expected =
      template.tenantRule === 'host'
        ? "a lower-case host label of letters, digits and '-'"
        : "letters, digits, '-', '_' and single dots";
    throw wrongOption(`tenants[${index}]`, describeValue(tenant), expected);
  });
}
