import { ConfigError } from '@grpc-authn/core';
import { describe, expect, it } from 'vitest';
import {
  AllowAnonymous,
  Authenticated,
  PublicMethod,
  RequireAnyScope,
  RequireScopes,
} from '../src/index.ts';

describe('the decorators', () => {
  it.each([
    [
      'two rules of a method',
      () => {
        class Orders {
          @Authenticated()
          @RequireScopes('read')
          get(): void {}
        }
        return Orders;
      },
      '@Authenticated Orders.get: expected one rule in one place',
    ],
    [
      'two rules of a class',
      () => {
        @AllowAnonymous()
        @RequireScopes('read')
        class Orders {
          readonly name = 'orders';
        }
        return Orders;
      },
      '@AllowAnonymous Orders: expected one rule in one place',
    ],
    [
      'a public class',
      () => {
        class Orders {
          readonly name = 'orders';
        }
        (PublicMethod() as ClassDecorator)(Orders);
      },
      '@PublicMethod Orders: expected a method, received a class',
    ],
    [
      'a static method',
      () => {
        class Orders {
          @Authenticated()
          static get(): void {}

          list(): void {}
        }
        return Orders;
      },
      '@Authenticated Orders.get: expected a method',
    ],
    ['a scope with a space', () => RequireScopes('read write'), 'requireScopes'],
    ['an empty scope', () => RequireAnyScope(''), 'requireAnyScope'],
  ])('refuse %s', (_, decorate, message) => {
    expect(decorate).toThrow(ConfigError);
    expect(decorate).toThrow(message);
  });

  it('refuse a property', () => {
    class Orders {
      readonly name = 'orders';
    }
    const decorate = Authenticated() as PropertyDecorator;
    expect(() => decorate(Orders.prototype, 'get')).toThrow('expected a method');
  });

  it('refuse to be used without parentheses', () => {
    class Orders {
      get(): void {}
    }
    const bare = Authenticated as unknown as MethodDecorator;
    const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, 'get')!;
    expect(() => bare(Orders.prototype, 'get', descriptor)).toThrow('expected @Authenticated()');
  });
});
