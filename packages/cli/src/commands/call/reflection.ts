import { type Client, status as statusCodes, type ServiceError } from '@grpc/grpc-js';

export type ReflectionAccess = 'open' | 'refused' | 'absent' | 'unknown';

/** `list_services: "*"` of ServerReflectionRequest, field 7. */
const LIST_SERVICES = Buffer.from([0x3a, 0x01, 0x2a]);
const METHODS = ['v1', 'v1alpha'].map(
  (version) => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
);

/** Whether a caller without a token can read the schema of the server. */
export async function reflectionAccess(
  client: Client,
  timeoutMs: number,
): Promise<ReflectionAccess> {
  let found: ReflectionAccess = 'absent';
  for (const method of METHODS) {
    const access = await ask(client, method, timeoutMs);
    if (access === 'open') return access;
    if (access !== 'absent') found = access;
  }
  return found;
}

function ask(client: Client, method: string, timeoutMs: number): Promise<ReflectionAccess> {
  return new Promise((resolve) => {
    const call = client.makeBidiStreamRequest(
      method,
      (message: Buffer) => message,
      (bytes: Buffer) => bytes,
      { deadline: Date.now() + timeoutMs },
    );
    call.on('data', () => {
      resolve('open');
      call.cancel();
    });
    call.on('error', ({ code }: ServiceError) => {
      if (code === statusCodes.UNIMPLEMENTED) resolve('absent');
      else if (code === statusCodes.UNAUTHENTICATED || code === statusCodes.PERMISSION_DENIED) {
        resolve('refused');
      } else resolve('unknown');
    });
    call.on('end', () => resolve('unknown'));
    call.write(LIST_SERVICES);
  });
}
