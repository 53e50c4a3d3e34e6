import * as nestjs11 from '@grpc-authn/nestjs-11';
import { NestFactory } from '@nestjs/core';
import { expect, it, vi } from 'vitest';
import { describeBinding } from './support/suite.ts';

vi.mock('@nestjs/common', async () => (await import('@grpc-authn/nestjs-11')).common);
vi.mock('@nestjs/core', async () => (await import('@grpc-authn/nestjs-11')).core);
vi.mock('@nestjs/microservices', async () => (await import('@grpc-authn/nestjs-11')).microservices);

it('is NestJS 11', () => {
  expect(NestFactory).toBe(nestjs11.core.NestFactory);
});

describeBinding({ completes: false });
