import * as nestjs from '@grpc-authn/nestjs-11';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BindingSubject } from '../subject.ts';
import { type Nest, nestjsSubject, type Style } from './nestjs.ts';

/**
 * The built binding, copied to where its imports find NestJS 11: one package has one NestJS. Beside it everything
 * is the same, core too.
 */
const folder = mkdtempSync(join(directoryOf('@grpc-authn/nestjs-11'), 'dist-'));
cpSync(directoryOf('@grpc-authn/nestjs'), folder, { recursive: true });
const binding = (await import(pathToFileURL(join(folder, 'index.js')).href)) as Nest['binding'];
rmSync(folder, { recursive: true });

export function nestjs11(style: Style): BindingSubject {
  return nestjsSubject(11, { ...nestjs, binding } as unknown as Nest, style);
}

function directoryOf(name: string): string {
  return dirname(fileURLToPath(import.meta.resolve(name)));
}
