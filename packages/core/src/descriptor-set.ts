// Reads rules out of a FileDescriptorSet. The only entry point that loads protobuf reflection.
export { readDescriptorSet } from './descriptor-set/read-descriptor-set.ts';
export type { DescriptorSet } from './policy/descriptor-set.ts';
