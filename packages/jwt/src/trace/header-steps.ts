import { AuthError } from '@grpc-authn/core/authenticator';
import type { JwtRules } from '../authenticator/jwt-options.ts';
import { isAllowedAlgorithm, isAllowedType } from '../authenticator/token-check.ts';
import { hasAllowedMembers } from '../authenticator/token-profile.ts';
import type { HeaderFields, ProtectedHeader } from '../compact/protected-header.ts';
import { oneOf } from './describe-claim.ts';
import type { StepReporter } from './step-reporter.ts';

/** Reports `header`, `algorithm` and `type`. */
export function reportHeader(
  steps: StepReporter,
  header: HeaderFields | ProtectedHeader | AuthError,
  rules: JwtRules,
): void {
  if (AuthError.is(header)) return reportUnreadable(steps, header);
  const { algorithm, typ } = header;
  const names = 'members' in header ? Object.keys(header.members) : [];
  const allowed = rules.profile?.headerMembers;
  steps.report('header', {
    expected: allowed === undefined ? 'no crit' : `only ${oneOf(allowed)}`,
    received: names.join(', '),
    fault: hasAllowedMembers(header, rules.profile)
      ? undefined
      : 'let the issuer put nothing else into the header',
  });
  steps.report('algorithm', {
    expected: oneOf(rules.algorithms),
    received: JSON.stringify(algorithm),
    fault: isAllowedAlgorithm(header, rules)
      ? undefined
      : `sign with ${oneOf(rules.algorithms)}, or change the option "algorithms"`,
  });
  steps.report('type', {
    expected: [...rules.types].map(describeType).join(' or '),
    received: describeType(typ),
    fault: isAllowedType(header, rules)
      ? undefined
      : 'send an access token, or add this type to the option "typ"',
  });
}

function describeType(typ: string | undefined): string {
  return typ === undefined ? 'no typ' : JSON.stringify(typ);
}

/** A header with a member that is refused whatever the rules are. */
function reportUnreadable(steps: StepReporter, { reason }: AuthError): void {
  const wrongType = { expected: 'text', received: 'a value of another type' };
  if (reason === 'algorithm') {
    steps.report('header', { expected: 'no crit' });
    steps.report('algorithm', { ...wrongType, fault: 'let the issuer name the algorithm in alg' });
    return steps.notReached('type');
  }
  if (reason === 'type') {
    steps.report('header', { expected: 'no crit' });
    steps.notReached('algorithm');
    return steps.report('type', { ...wrongType, fault: 'let the issuer write typ as text' });
  }
  const isCritical = reason === 'critical';
  steps.report('header', {
    expected: isCritical ? 'no crit, and no b64 that is false' : 'a kid that is text',
    received: isCritical ? 'a header with crit or b64' : 'a kid of another type',
    fault: isCritical
      ? 'let the issuer sign without extensions'
      : 'let the issuer write kid as text',
  });
  steps.notReached('algorithm', 'type');
}
