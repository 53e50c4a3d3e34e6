import {
  create,
  createFileRegistry,
  type DescExtension,
  type DescMessage,
  type Message,
  setExtension,
  toBinary,
} from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  file_google_protobuf_descriptor,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  type MethodOptions,
  MethodOptionsSchema,
  type ServiceOptions,
  ServiceOptionsSchema,
} from '@bufbuild/protobuf/wkt';

/** The members of the option, as grpc_authn.v1.Rule has them. */
export interface RuleValue {
  readonly scopes?: readonly string[];
  readonly anyScope?: readonly string[];
  readonly authenticated?: boolean;
  readonly allowAnonymous?: boolean;
  readonly public?: boolean;
  readonly deny?: boolean;
}

export interface DescribedService {
  readonly name: string;
  readonly byDefault?: RuleValue;
  readonly methods: Readonly<Record<string, RuleValue | undefined>>;
}

const NAME = 'grpc_authn/v1/rule.proto';

/** proto/grpc_authn/v1/rule.proto, as protoc describes it. */
const ruleProto: FileDescriptorProto = create(FileDescriptorProtoSchema, {
  name: NAME,
  package: 'grpc_authn.v1',
  syntax: 'proto3',
  dependency: ['google/protobuf/descriptor.proto'],
  messageType: [
    {
      name: 'Rule',
      field: [
        { name: 'scopes', number: 1, type: Type.STRING, label: Label.REPEATED },
        { name: 'any_scope', number: 2, type: Type.STRING, label: Label.REPEATED },
        { name: 'authenticated', number: 3, type: Type.BOOL, label: Label.OPTIONAL },
        { name: 'allow_anonymous', number: 4, type: Type.BOOL, label: Label.OPTIONAL },
        { name: 'public', number: 5, type: Type.BOOL, label: Label.OPTIONAL },
        { name: 'deny', number: 6, type: Type.BOOL, label: Label.OPTIONAL },
      ],
    },
  ],
  extension: [extension('rule', 'MethodOptions'), extension('default_rule', 'ServiceOptions')],
});

function extension(name: string, extendee: string) {
  return {
    name,
    extendee: `.google.protobuf.${extendee}`,
    number: 51_735,
    type: Type.MESSAGE,
    typeName: '.grpc_authn.v1.Rule',
    label: Label.OPTIONAL,
  };
}

const descriptorProto = file_google_protobuf_descriptor.proto;
const registry = createFileRegistry(
  create(FileDescriptorSetSchema, { file: [descriptorProto, ruleProto] }),
);
const METHOD_RULE = registry.getExtension('grpc_authn.v1.rule') as DescExtension;
const SERVICE_RULE = registry.getExtension('grpc_authn.v1.default_rule') as DescExtension;
const RULE = registry.getMessage('grpc_authn.v1.Rule') as DescMessage;

/**
 * The bytes of a FileDescriptorSet of these services, as `protoc --include_imports` writes them; with
 * `without`, less the import of rule.proto.
 */
export function descriptorSetBytes(
  services: readonly DescribedService[],
  { without = false }: { readonly without?: boolean } = {},
): Uint8Array {
  const file = create(FileDescriptorProtoSchema, {
    name: 'described.proto',
    package: 'orders.v1',
    syntax: 'proto3',
    dependency: without ? [] : [NAME],
    messageType: [{ name: 'Message' }],
    service: services.map(({ name, byDefault, methods }) => ({
      name,
      ...(byDefault === undefined ? {} : { options: serviceOptions(byDefault) }),
      method: Object.entries(methods).map(([method, rule]) => ({
        name: method,
        inputType: '.orders.v1.Message',
        outputType: '.orders.v1.Message',
        ...(rule === undefined ? {} : { options: methodOptions(rule) }),
      })),
    })),
  });
  const imports = without ? [] : [descriptorProto, ruleProto];
  const set = create(FileDescriptorSetSchema, { file: [...imports, file] });
  return toBinary(FileDescriptorSetSchema, set);
}

/** The library ties an extension to what it extends, which is known here only as the program runs. */
const extend = setExtension as (options: Message, option: DescExtension, value: Message) => void;

function methodOptions(rule: RuleValue): MethodOptions {
  const options = create(MethodOptionsSchema);
  extend(options, METHOD_RULE, create(RULE, { ...rule }));
  return options;
}

function serviceOptions(rule: RuleValue): ServiceOptions {
  const options = create(ServiceOptionsSchema);
  extend(options, SERVICE_RULE, create(RULE, { ...rule }));
  return options;
}
