/**
 * A service as protobuf-es and Connect describe it: what a policy reads of their DescService. Written
 * down here because the types of `@bufbuild/protobuf` need a newer TypeScript than core's users have to.
 */
export interface DescribedService {
  readonly kind: 'service';
  /** 'package.Service' */
  readonly typeName: string;
  readonly methods: readonly DescribedMethod[];
  /** By local name, in camelCase. */
  readonly method: Readonly<Record<string, DescribedMethod>>;
  readonly file: DescribedFile;
  readonly proto: { readonly options?: DescribedOptions | undefined };
}

export interface DescribedMethod {
  readonly name: string;
  readonly localName: string;
  readonly proto: { readonly options?: DescribedOptions | undefined };
}

/** protobuf-es keeps extensions among the unknown fields. */
export interface DescribedOptions {
  readonly $unknown?: readonly UnknownField[] | undefined;
}

export interface UnknownField {
  readonly no: number;
  readonly wireType: number;
  /** The bytes after the tag. */
  readonly data: Uint8Array;
}

export interface DescribedFile {
  readonly dependencies: readonly DescribedFile[];
  readonly extensions: readonly {
    readonly typeName: string;
    readonly number: number;
    readonly fieldKind: string;
  }[];
}
