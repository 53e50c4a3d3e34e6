// For the packages of this family, which are released together with core. No promise to anybody else.
export { checkClock, systemClock } from './contract/clock.ts';
export { allOf, subscribeToAll } from './compose/children.ts';
export { checkAuthenticator } from './contract/check-authenticator.ts';
export { CHILDREN, declareTraits, leavesOf, TAKES_OPAQUE } from './contract/composition.ts';
export { tell } from './contract/tell.ts';
export { isThenable } from './contract/thenable.ts';
export { createParsedPrincipal, isPrincipal, LAST_EPOCH_SECOND } from './contract/principal.ts';
export {
  checkFunction,
  checkNumber,
  checkOneOf,
  checkOptionNames,
  checkText,
  checkTexts,
  describeSecret,
  describeValue,
  nearestName,
  wrongOption,
} from './errors/option-checks.ts';
