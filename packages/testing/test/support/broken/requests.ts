import type { BrokenSample } from '../broken-samples.ts';
import { type HttpFaults, overHttp } from '../http-authenticator.ts';

function broken(breaks: string, by: string, faults: HttpFaults): BrokenSample {
  return { breaks, by, capabilities: ['network'], build: overHttp(faults) };
}

const REDIRECT = 'follows no redirect of its provider';
const TIME = 'limits the time that it waits for its provider';

/** Authenticators that send real requests. */
export const REQUEST_SAMPLES: readonly BrokenSample[] = [
  broken('accepts no bad token during an outage', 'accepting everybody on status 500', {
    http500: 'everybody accepted',
  }),
  broken('reports an outage as unavailable, never as a refusal', 'taking HTML for a refusal', {
    html: 'refused',
  }),
  broken(TIME, 'having neither a time limit nor a signal', {
    timeLimit: 'none',
    signal: 'ignored',
  }),
  broken(TIME, 'having no time limit', { timeLimit: 'none' }),
  broken('stops waiting for its provider when the call is cancelled', 'ignoring the signal', {
    signal: 'ignored',
  }),
  broken('limits the size of an answer of its provider', 'reading to the end', {
    size: 'unlimited',
  }),
  broken(REDIRECT, 'following it', { redirect: 'followed' }),
  broken(REDIRECT, 'sending the token to the other origin before it refuses', {
    redirect: 'followed and then refused',
  }),
];
