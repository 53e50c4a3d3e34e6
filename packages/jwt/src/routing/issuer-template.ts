import { describeValue, wrongOption } from '@grpc-authn/core/internal';

const VARIABLE = '{tenant}';
const URL_PARTS = /^https?:\/\/([^/?#@\\]+)(\/[^?#\\]*)?$/;

/** A DNS label (RFC 1123, section 2.1), in lower case. */
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Characters that no URL parser changes, without `.` and `..`. */
const PATH_SEGMENT = /^(?!.{256})[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
/** One spelling of each tenant: many providers answer to all. */
const LOWER_CASE = /^[^A-Z]*$/;

/**
 * The issuers of a provider with many tenants. `{tenant}` is one whole segment of the path, or one whole label of
 * the host. Without it, the template is one issuer.
 */
export class IssuerTemplate {
  /** Undefined for one issuer. */
  readonly tenantRule: 'path' | 'host' | undefined;
  readonly #before: string;
  readonly #after: string;

  /** @throws ConfigError at this option. */
  constructor(option: string, template: string) {
    const [before = '', ...rest] = template.split(VARIABLE);
    const [, host = '', path = ''] = URL_PARTS.exec(template) ?? [];
    const isTemplate = rest.length > 0;
    const rule = path.split('/').includes(VARIABLE) ? 'path' : ruleOfHost(host);
    const isWrong = host === '' || rest.length > 1 || /[{}]/.test(before + rest.join(''));
    if (isWrong || (isTemplate && rule === undefined)) {
      throw wrongOption(
        option,
        describeValue(template),
        'a URL with {tenant} as one whole segment of its path, or as one whole label of a host below a domain such as example.com',
      );
    }
    this.tenantRule = isTemplate ? rule : undefined;
    this.#before = before;
    this.#after = rest.join('');
  }

  /** Undefined for a tenant that cannot be a part of the issuer. */
  issuerOf(tenant: string): string | undefined {
    if (this.tenantRule === undefined) return this.#before;
    const rule = this.tenantRule === 'host' ? HOST_LABEL : PATH_SEGMENT;
    return rule.test(tenant) ? `${this.#before}${tenant}${this.#after}` : undefined;
  }

  /** True for the issuer of any tenant, in lower case. */
  matches(issuer: string): boolean {
    const tenant = issuer.slice(this.#before.length, issuer.length - this.#after.length);
    // Made again from its tenant: nothing of the issuer is left uncompared.
    return LOWER_CASE.test(tenant) && this.issuerOf(tenant) === issuer;
  }
}

/** Only below a domain: `https://{tenant}` would be every host. */
function ruleOfHost(host: string): 'host' | undefined {
  const labels = host.split('.');
  const below = labels.slice(labels.indexOf(VARIABLE) + 1);
  const isBelowDomain = below.length >= 2 && /[a-z]/i.test(below.at(-1) ?? '');
  return labels.includes(VARIABLE) && isBelowDomain ? 'host' : undefined;
}
