// For the adapters of this family, which are released together. No promise to anybody else.
export { Discovery } from './discovery.ts';
