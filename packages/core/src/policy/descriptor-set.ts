import type { DescribedService } from './described-service.ts';

/** The services of a FileDescriptorSet, for definePolicy. Made by readDescriptorSet() only. */
export interface DescriptorSet {
  /** How many files the set holds. */
  readonly files: number;
}

/** A private field carries the services, so that they are no part of the public type. */
class ReadDescriptorSet implements DescriptorSet {
  readonly files: number;
  readonly #services: readonly DescribedService[];

  constructor(files: number, services: readonly DescribedService[]) {
    this.files = files;
    this.#services = services;
    Object.freeze(this);
  }

  static services(set: unknown): readonly DescribedService[] | undefined {
    return typeof set === 'object' && set !== null && #services in set ? set.#services : undefined;
  }
}

export function makeDescriptorSet(
  files: number,
  services: readonly DescribedService[],
): DescriptorSet {
  return new ReadDescriptorSet(files, services);
}

/** Undefined for what readDescriptorSet() did not make. */
export function servicesOfSet(set: unknown): readonly DescribedService[] | undefined {
  return ReadDescriptorSet.services(set);
}
