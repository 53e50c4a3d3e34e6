import type { AuthenticationContext, Credentials } from '../contract/authenticator.ts';
import { checkOptionNames } from '../errors/option-checks.ts';
import { type Decided, Gate, type GateOptions } from './gate.ts';

/**
 * The whole decision, without a transport: a verified principal, a refusal, or undefined for a caller
 * who may stay anonymous. A promise that comes back never rejects.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * const gate = createGate({ authenticator });
 * const decided = await gate({ scheme: 'bearer', token }, { method: '/orders.v1.Orders/Get', signal });
 */
export function createGate(
  options: GateOptions,
): (
  credentials: Credentials | undefined,
  context: AuthenticationContext,
) => Decided | Promise<Decided> {
  checkOptionNames('createGate', options, ['authenticator', 'policy', 'timeoutMs']);
  const gate = new Gate(options);
  return (credentials, context) =>
    gate.decide(gate.ruleFor(context.method), credentials ?? undefined, context);
}
