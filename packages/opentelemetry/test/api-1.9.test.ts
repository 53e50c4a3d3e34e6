import * as api from '@opentelemetry/api';
import * as sdk from '@grpc-authn/opentelemetry-1.9';
import { expect, it, vi } from 'vitest';
import { describeTelemetry } from './support/suite.ts';

vi.mock('@opentelemetry/api', async () => (await import('@grpc-authn/opentelemetry-1.9')).api);

it('is API 1.9', () => {
  expect(api.trace).toBe(sdk.api.trace);
});

describeTelemetry(sdk);
