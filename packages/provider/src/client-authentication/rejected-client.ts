/**
 * 401; or 403 without JSON, as some providers answer; or 400 that names the client (RFC 6749, section 5.2). Undefined
 * for an answer that says nothing about the client, such as 429 and 503.
 */
export async function isClientRejected(response: Response): Promise<boolean | undefined> {
  const { status } = response;
  if (status === 401) return true;
  if (status === 200) return false;
  if (status !== 400 && status !== 403) return undefined;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (status === 403) return !isObject;
  return isObject && (body as { readonly error?: unknown }).error === 'invalid_client';
}
