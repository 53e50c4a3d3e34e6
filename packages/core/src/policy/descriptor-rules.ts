import {
  createFileRegistry,
  type DescExtension,
  type DescMethod,
  type DescService,
  type FileRegistry,
  fromBinary,
  getOption,
  hasOption,
  type Message,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { ConfigError } from '../errors/config-error.ts';
import type { ProtoRules } from './loader-rules.ts';
import { METHOD_OPTION, readProtoRule, SERVICE_OPTION } from './proto-rule.ts';
import type { Rule } from './rule.ts';

/** Our number among the extensions of MethodOptions and ServiceOptions. */
const FIELD_NUMBER = 51_735;

/**
 * Reads the rules of a FileDescriptorSet, as `buf build` and `protoc --include_imports
 * --descriptor_set_out` write it: of methods, and the defaults of services.
 *
 * @throws ConfigError where it is none.
 */
export function rulesOfDescriptorSet(
  bytes: Uint8Array,
): ProtoRules & { readonly paths: readonly string[] } {
  const registry = readRegistry(bytes);
  const exact = new Map<string, Rule>();
  const byService = new Map<string, Rule>();
  const problems: string[] = [];
  const paths: string[] = [];
  const read = (
    desc: DescMethod | DescService,
    option: string,
    where: string,
  ): Rule | undefined => {
    const rule = readOption(registry, desc, option);
    if (typeof rule === 'string') problems.push(`${where}: the option (${option}) ${rule}`);
    return typeof rule === 'string' ? undefined : rule;
  };
  for (const service of registry) {
    if (service.kind !== 'service') continue;
    const byDefault = read(service, SERVICE_OPTION, `/${service.typeName}`);
    if (byDefault !== undefined) byService.set(service.typeName, byDefault);
    for (const method of service.methods) {
      const path = `/${service.typeName}/${method.name}`;
      paths.push(path);
      const rule = read(method, METHOD_OPTION, path);
      if (rule !== undefined) exact.set(path, rule);
    }
  }
  return { exact, byService, problems, paths };
}

function readRegistry(bytes: Uint8Array): FileRegistry {
  try {
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  } catch {
    throw new ConfigError(
      'option "descriptorSet": came no complete FileDescriptorSet; wanted what `buf build -o` or ' +
        '`protoc --include_imports --descriptor_set_out` writes',
    );
  }
}

function readOption(
  registry: FileRegistry,
  desc: DescMethod | DescService,
  name: string,
): Rule | string | undefined {
  const extension = registry.getExtension(name);
  const isOurs = extension?.number === FIELD_NUMBER && extension.fieldKind === 'message';
  if (isOurs && hasExtension(desc, extension)) return readValue(extension, desc, registry);
  const options = desc.proto.options as { $unknown?: readonly { no: number }[] } | undefined;
  const isThere = options?.$unknown?.some(({ no }) => no === FIELD_NUMBER) === true;
  return isThere ? 'cannot be read: grpc_authn/v1/rule.proto is not in the set' : undefined;
}

/** The library's own types tie an extension to what it extends, which is known here only by its number. */
const readExtension = getOption as (
  desc: DescMethod | DescService,
  option: DescExtension,
) => Message;
const hasExtension = hasOption as (
  desc: DescMethod | DescService,
  option: DescExtension,
) => boolean;

function readValue(
  extension: DescExtension,
  desc: DescMethod | DescService,
  registry: FileRegistry,
): Rule | string {
  if (extension.message === undefined) return 'is no message';
  const value = readExtension(desc, extension);
  return readProtoRule(toJson(extension.message, value, { registry, useProtoFieldName: true }));
}
