import { vi } from 'vitest';
import { describeKinds } from './support/suite.ts';

vi.mock('@nestjs/common', async () => (await import('@grpc-authn/nestjs-11')).common);
vi.mock('@nestjs/core', async () => (await import('@grpc-authn/nestjs-11')).core);
vi.mock('@nestjs/microservices', async () => (await import('@grpc-authn/nestjs-11')).microservices);

describeKinds();
