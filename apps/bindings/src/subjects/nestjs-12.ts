import * as binding from '@grpc-authn/nestjs';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';
import * as microservices from '@nestjs/microservices';
import type { BindingSubject } from '../subject.ts';
import { nestjsSubject, type Style } from './nestjs.ts';

export function nestjs12(style: Style): BindingSubject {
  return nestjsSubject(12, { binding, common, core, microservices }, style);
}
