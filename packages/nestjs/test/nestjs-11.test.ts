import { NestFactory } from '@nestjs/core';
import { expect, it, vi } from 'vitest';
import { describeBinding } from './support/suite.ts';

vi.mock('@nestjs/common', async () => (await import('@grpc-authn/nestjs-11')).common);
vi.mock('@nestjs/core', async () => (await import('@grpc-authn/nestjs-11')).core);
vi.mock('@nestjs/microservices', async () => (await import('@grpc-authn/nestjs-11')).microservices);

it('is NestJS 11', async () => {
  const { core } = await import('@grpc-authn/nestjs-11');
  expect(NestFactory).toBe(core.NestFactory);
});

describeBinding({ completes: false });
