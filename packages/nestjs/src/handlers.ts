import { MetadataScanner, type ModulesContainer, Reflector } from '@nestjs/core';
import { ruleOf } from './rule-decorators.ts';

/** A method of a class of the application that is a handler, or has a rule. */
export interface Handler {
  /** 'OrdersController.get'; of a class without handlers its name. */
  readonly name: string;
  /** What NestJS finds it by; empty if no transport calls it. */
  readonly patterns: readonly unknown[];
  /** The method's, else its class's. */
  readonly rule: unknown;
}

/** NestJS does not export the names of its own metadata. Under other names a decorator would be an error. */
const PATTERNS = 'microservices:pattern';
const HTTP_PATH = 'path';

const reflector = new Reflector();
const scanner = new MetadataScanner();

type Class = Parameters<typeof ruleOf>[0];

/** In the order in which NestJS adds them: of two for one method, the last one counts. */
export function findHandlers(modules: ModulesContainer): readonly Handler[] {
  const all = [...modules.values()];
  const controllers = classesIn(all.map((module) => module.controllers));
  const providers = classesIn(all.map((module) => module.providers));
  return [
    ...[...controllers].flatMap((owner) => handlersOf(owner, patternsOf)),
    // NestJS calls none of their methods, so a rule there is a mistake.
    ...[...providers]
      .filter((owner) => !controllers.has(owner))
      .flatMap((owner) => handlersOf(owner, () => [])),
  ];
}

type Wrappers = ReadonlyMap<unknown, { readonly metatype: unknown }>;

function classesIn(wrappers: readonly Wrappers[]): ReadonlySet<Class> {
  return new Set(
    wrappers
      .flatMap((byToken) => [...byToken.values()])
      .map(({ metatype }) => metatype)
      .filter((metatype): metatype is Class => typeof metatype === 'function'),
  );
}

function handlersOf(
  owner: Class,
  patterns: (method: Class) => readonly unknown[],
): readonly Handler[] {
  const classRule = ruleOf(owner);
  const prototype = owner.prototype as Readonly<Record<string, Class>> | undefined;
  // An arrow function that makes a provider has no prototype.
  const names = prototype === undefined ? [] : scanner.getAllMethodNames(prototype);
  const handlers = names.flatMap((name): Handler[] => {
    const method = prototype?.[name];
    if (method === undefined) return [];
    const found = patterns(method);
    const rule = ruleOf(method);
    const isHandler = found.length > 0 || reflector.get(HTTP_PATH, method) !== undefined;
    if (!isHandler && rule === undefined) return [];
    return [{ name: `${owner.name}.${name}`, patterns: found, rule: rule ?? classRule }];
  });
  return handlers.length === 0 && classRule !== undefined
    ? [{ name: owner.name, patterns: [], rule: classRule }]
    : handlers;
}

function patternsOf(method: Class): readonly unknown[] {
  return reflector.get<readonly unknown[] | undefined>(PATTERNS, method) ?? [];
}
