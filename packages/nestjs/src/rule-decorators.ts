import {
  allowAnonymous,
  authenticated,
  ConfigError,
  publicMethod,
  requireAnyScope,
  requireScopes,
  type Rule,
} from '@grpc-authn/core';
import { SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

const RULE = '@grpc-authn/nestjs:rule';
const reflector = new Reflector();

/** A subclass may have a rule of its own, beside the one that it inherits. */
const decoratedClasses = new WeakSet<object>();

/**
 * Allows verified callers that have all of these scopes, on a handler or on all handlers of a controller.
 *
 * @throws ConfigError for an empty scope, one with a space, and a second rule in the same place.
 * @example \@RequireScopes('orders:read')
 */
export function RequireScopes(
  first: string,
  ...others: string[]
): MethodDecorator & ClassDecorator {
  return ruleDecorator('RequireScopes', requireScopes(first, ...others));
}

/**
 * Allows verified callers that have at least one of these scopes.
 *
 * @throws ConfigError as RequireScopes does.
 */
export function RequireAnyScope(
  first: string,
  ...others: string[]
): MethodDecorator & ClassDecorator {
  return ruleDecorator('RequireAnyScope', requireAnyScope(first, ...others));
}

/**
 * Any rule of `@grpc-authn/core`.
 *
 * @throws ConfigError for a second rule in the same place. What is not a rule is reported at start-up.
 * @example \@RequireRule(requireAll(requireScopes('orders:write'), requireClaim('team', 'billing')))
 */
export function RequireRule(rule: Rule): MethodDecorator & ClassDecorator {
  return ruleDecorator('RequireRule', rule);
}

/** Allows every verified caller. */
export function Authenticated(): MethodDecorator & ClassDecorator;
export function Authenticated(...none: readonly unknown[]): MethodDecorator & ClassDecorator {
  return ruleDecorator('Authenticated', authenticated(), none);
}

/** Allows callers without credentials, too. Credentials that are sent must verify. */
export function AllowAnonymous(): MethodDecorator & ClassDecorator;
export function AllowAnonymous(...none: readonly unknown[]): MethodDecorator & ClassDecorator {
  return ruleDecorator('AllowAnonymous', allowAnonymous(), none);
}

/** Everyone may call the method; credentials are not looked at. For a method only. */
export function PublicMethod(): MethodDecorator;
export function PublicMethod(...none: readonly unknown[]): MethodDecorator {
  return ruleDecorator('PublicMethod', publicMethod(), none);
}

/** The rule of a class, which may be inherited, or of a method's function. */
export function ruleOf(decorated: Type): unknown {
  return reflector.get<unknown>(RULE, decorated);
}

type Type = Parameters<Reflector['get']>[1];

/** `none`: what a decorator without parameters received. Without its parentheses it would replace the method. */
function ruleDecorator(
  name: string,
  rule: Rule,
  none: readonly unknown[] = [],
): MethodDecorator & ClassDecorator {
  if (none.length > 0) {
    throw new ConfigError(`expected @${name}(), received @${name} without parentheses`);
  }
  const set = SetMetadata(RULE, rule);
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const where = `@${name} ${placeOf(target, key)}`;
    if (key === undefined) {
      if (name === 'PublicMethod') throw wrong(where, 'a method', 'a class');
      if (decoratedClasses.has(target)) throw twice(where);
      decoratedClasses.add(target);
      set(target as Type);
      return;
    }
    const method: unknown = descriptor?.value;
    if (descriptor === undefined || typeof method !== 'function' || typeof target === 'function') {
      throw wrong(where, 'a method', 'a property or a static method');
    }
    if (ruleOf(method as Type) !== undefined) throw twice(where);
    set(target, key, descriptor);
  };
}

function placeOf(target: object, key: string | symbol | undefined): string {
  const owner = typeof target === 'function' ? target : target.constructor;
  return key === undefined ? owner.name : `${owner.name}.${String(key)}`;
}

function wrong(path: string, expected: string, received: string): ConfigError {
  return new ConfigError([{ path, message: `expected ${expected}, received ${received}` }]);
}

function twice(path: string): ConfigError {
  const message =
    'expected one rule in one place, received two. Combine them: @RequireRule(requireAll(…, …))';
  return new ConfigError([{ path, message }]);
}
