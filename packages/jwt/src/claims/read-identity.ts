import type { JsonObject, Principal } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';
import { readScopes } from './read-scopes.ts';

/** Who the token is about, always from the raw payload and never from a schema's output. */
export type Identity = Pick<Principal, 'subject' | 'clientId' | 'scopes' | 'confirmation'>;

/** RFC 9068, section 2.2, and OpenID Connect Core, section 2. */
const CLIENT_ID_CLAIMS: readonly string[] = ['client_id', 'azp'];

/** Undefined where one of these claims has a shape that its RFC does not give it. */
export function readIdentity(
  payload: JsonObject,
  scopeClaims: readonly string[],
  clientIdClaims: readonly string[] = [],
): Identity | undefined {
  const sub = ownMember(payload, 'sub');
  const clientIds = [...CLIENT_ID_CLAIMS, ...clientIdClaims]
    .map((name) => ownMember(payload, name))
    .filter((clientId) => clientId !== undefined);
  for (const text of [sub, ...clientIds]) {
    if (text !== undefined && (typeof text !== 'string' || text === '')) return undefined;
  }
  // Two names for one client that name two clients: one of them lies.
  const [clientId] = clientIds;
  if (clientIds.some((other) => other !== clientId)) return undefined;
  const scopes = readScopes(payload, scopeClaims);
  const cnf = ownMember(payload, 'cnf');
  const confirmation = cnf === undefined ? undefined : readConfirmation(cnf);
  if (scopes === undefined || (cnf !== undefined && confirmation === undefined)) return undefined;
  return {
    subject: sub as string | undefined,
    clientId: clientId as string | undefined,
    scopes: [...scopes],
    confirmation,
  };
}

/** RFC 7800. A method that is unknown here still says that the token is bound. */
function readConfirmation(cnf: unknown): Principal['confirmation'] {
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) return undefined;
  const jkt = ownMember(cnf as JsonObject, 'jkt');
  const x5tS256 = ownMember(cnf as JsonObject, 'x5t#S256');
  return {
    ...(typeof jkt === 'string' && jkt !== '' ? { jkt } : undefined),
    ...(typeof x5tS256 === 'string' && x5tS256 !== '' ? { x5tS256 } : undefined),
  };
}
