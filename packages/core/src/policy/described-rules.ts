import type {
  DescribedFile,
  DescribedMethod,
  DescribedService,
  UnknownField,
} from './described-service.ts';
import { decodeFields } from '../protobuf/wire-format.ts';
import type { PolicyProblems } from './policy-problems.ts';
import { METHOD_OPTION, type ProtoRules, readProtoRule, SERVICE_OPTION } from './proto-rule.ts';
import type { Rule } from './rule.ts';

/** Our number among the extensions of MethodOptions and ServiceOptions. */
const OPTION_NUMBER = 51_735;

const LENGTH_DELIMITED = 2;
/** The tag of a length-delimited field 1. */
const MESSAGE_TAG = 8 + LENGTH_DELIMITED;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The fields of grpc_authn.v1.Rule, by number. */
type ListName = 'scopes' | 'any_scope';
const LISTS: ReadonlyMap<number, ListName> = new Map<number, ListName>([
  [1, 'scopes'],
  [2, 'any_scope'],
]);
const FLAGS: ReadonlyMap<number, string> = new Map([
  [3, 'authenticated'],
  [4, 'allow_anonymous'],
  [5, 'public'],
  [6, 'deny'],
]);

/** Reads the rules of methods and the defaults of services from descriptors, which show every option. */
export function rulesOfDescriptors(
  services: readonly DescribedService[],
  problems: PolicyProblems,
): ProtoRules {
  const exact = new Map<string, Rule>();
  const byService = new Map<string, Rule>();
  const read = (
    desc: DescribedMethod | DescribedService,
    file: DescribedFile,
    option: string,
    path: string,
  ): Rule | undefined => {
    const rule = readOption(desc, file, option);
    if (typeof rule !== 'string') return rule;
    problems.add(path, `the option (${option}) ${rule}`);
    return undefined;
  };
  for (const service of services) {
    const { typeName, file } = service;
    const defaultRule = read(service, file, SERVICE_OPTION, typeName);
    if (defaultRule !== undefined) byService.set(typeName, defaultRule);
    for (const method of service.methods) {
      const path = `${typeName}/${method.name}`;
      const rule = read(method, file, METHOD_OPTION, path);
      if (rule !== undefined) exact.set(`/${path}`, rule);
    }
  }
  return { exact, byService };
}

/** The rule, or what is wrong with it. protobuf-es keeps extensions among the unknown fields. */
function readOption(
  desc: DescribedMethod | DescribedService,
  file: DescribedFile,
  option: string,
): Rule | string | undefined {
  const fields = (desc.proto.options?.$unknown ?? []).filter(({ no }) => no === OPTION_NUMBER);
  if (fields.length === 0) return undefined;
  if (!declares(file, option, new Set())) {
    return 'cannot be read: grpc_authn/v1/rule.proto is not among the imports';
  }
  try {
    const value = decodeRule(fields);
    return typeof value === 'string' ? value : readProtoRule(value);
  } catch {
    return 'cannot be read: its bytes are not a grpc_authn.v1.Rule';
  }
}

/** The number alone could be another extension's: whether the file, or what it imports, declares ours. */
function declares(file: DescribedFile, option: string, seen: Set<DescribedFile>): boolean {
  if (seen.has(file)) return false;
  seen.add(file);
  return (
    file.extensions.some(
      ({ typeName, number, fieldKind }) =>
        typeName === option && number === OPTION_NUMBER && fieldKind === 'message',
    ) || file.dependencies.some((imported) => declares(imported, option, seen))
  );
}

/** The members that are set; text says what this version cannot read. Several fields merge into one. */
function decodeRule(
  fields: readonly UnknownField[],
): Readonly<Record<string, readonly string[] | boolean>> | string {
  const lists: Record<ListName, string[]> = { scopes: [], any_scope: [] };
  const flags: Record<string, boolean> = {};
  for (const { wireType, data } of fields) {
    if (wireType !== LENGTH_DELIMITED) return 'is not a message';
    for (const { number, value } of decodeFields(messageIn(data))) {
      const [list, flag] = [LISTS.get(number), FLAGS.get(number)];
      if (list !== undefined && value instanceof Uint8Array) {
        lists[list].push(utf8.decode(value));
      } else if (flag !== undefined && typeof value === 'number') {
        flags[flag] = value !== 0;
      } else {
        return `has field ${number}, which this version does not know`;
      }
    }
  }
  return { ...lists, ...flags };
}

/** protobuf-es keeps the length in front of the message. */
function messageIn(data: Uint8Array): Uint8Array {
  const [field] = decodeFields(Uint8Array.from([MESSAGE_TAG, ...data]));
  return field?.value instanceof Uint8Array ? field.value : new Uint8Array();
}
