import type { StandardSchemaV1 } from '@standard-schema/spec';
import { formatIssue } from './format-issue.ts';
import type { z } from './zod.ts';

/** One fault of an adapter's options, as data. */
export interface SchemaIssue extends StandardSchemaV1.Issue {
  /**
   * `unknown_keys`: the object at `path` has the unknown members `keys`. `expected`: the message is
   * `expected X`, about the value at `path`. `custom`: the message is complete.
   */
  readonly code: 'unknown_keys' | 'expected' | 'custom';
  /** From the options' root. */
  readonly path: readonly (string | number)[];
  /** In our words or the schema's own, never in zod's. It shows no value and not what was received. */
  readonly message: string;
  /** With `unknown_keys` only. */
  readonly keys?: readonly string[];
}

/**
 * Collects the issues of one parse, to which `error` is passed as an option. zod prefers `error` over the
 * locale and `z.config`; only an error text set on the schema has priority over it.
 */
export class IssueCollector {
  /** To distinguish our messages from a schema's own. */
  readonly #messages = new Set<string>();

  readonly error = (issue: z.core.$ZodRawIssue): string => {
    const message = formatIssue(issue);
    this.#messages.add(message);
    return message;
  };

  collect(issues: readonly z.core.$ZodIssue[]): readonly SchemaIssue[] {
    return issues.flatMap((issue) => this.#toIssues(issue, []));
  }

  #toIssues(issue: z.core.$ZodIssue, base: SchemaIssue['path']): readonly SchemaIssue[] {
    const path = [...base, ...issue.path.map(toPart)];
    const { code, message } = issue;
    if (code === 'unrecognized_keys' && this.#messages.has(message)) {
      return [{ code: 'unknown_keys', path, message, keys: issue.keys }];
    }
    if (code === 'invalid_union') {
      const near = issue.errors.filter((branch) => branch.every(isAboutKeys));
      const [branch] = near;
      if (branch !== undefined && near.length === 1) {
        return branch.flatMap((inner) => this.#toIssues(inner, path));
      }
    }
    // What these say is not about the value at the path.
    const isComplete = code === 'custom' || code === 'unrecognized_keys' || code === 'invalid_key';
    return [{ code: isComplete ? 'custom' : 'expected', path, message }];
  }
}

function isAboutKeys({ code }: z.core.$ZodIssue): boolean {
  return code === 'unrecognized_keys';
}

function toPart(part: PropertyKey): string | number {
  return typeof part === 'number' ? part : String(part);
}
