// For clients: reads a refusal back. No gRPC inside, and nothing of a server.
export { type AuthFailure, readAuthFailure } from './client/read-auth-failure.ts';
