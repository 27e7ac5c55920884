import type { TensorType } from '@llamella/spec';

/** How many elements a block of a type has, and how many bytes. Types without blocks have blocks of one element. */
export interface BlockSize {
  /** Elements per block. */
  readonly elements: number;
  /** Bytes per block. */
  readonly bytes: number;
}

type Row = readonly [id: number, type: TensorType, elements: number, bytes: number];

/** Ids of `ggml_type` in ggml.h with the block sizes of ggml-common.h. */
const rows: readonly Row[] = [
  [0, 'F32', 1, 4],
  [1, 'F16', 1, 2],
  [2, 'Q4_0', 32, 18],
  [3, 'Q4_1', 32, 20],
  [6, 'Q5_0', 32, 22],
  [7, 'Q5_1', 32, 24],
  [8, 'Q8_0', 32, 34],
  [10, 'Q2_K', 256, 84],
  [11, 'Q3_K', 256, 110],
  [12, 'Q4_K', 256, 144],
  [13, 'Q5_K', 256, 176],
  [14, 'Q6_K', 256, 210],
  [16, 'IQ2_XXS', 256, 66],
  [17, 'IQ2_XS', 256, 74],
  [18, 'IQ3_XXS', 256, 98],
  [19, 'IQ1_S', 256, 50],
  [20, 'IQ4_NL', 32, 18],
  [21, 'IQ3_S', 256, 110],
  [22, 'IQ2_S', 256, 82],
  [23, 'IQ4_XS', 256, 136],
  [24, 'I8', 1, 1],
  [25, 'I16', 1, 2],
  [26, 'I32', 1, 4],
  [27, 'I64', 1, 8],
  [28, 'F64', 1, 8],
  [29, 'IQ1_M', 256, 56],
  [30, 'BF16', 1, 2],
  [34, 'TQ1_0', 256, 54],
  [35, 'TQ2_0', 256, 66],
  [39, 'MXFP4', 32, 17],
  [40, 'NVFP4', 64, 36],
  [41, 'Q1_0', 128, 18],
  [42, 'Q2_0', 64, 18],
];

const byId = new Map(rows.map(([id, type]) => [id, type]));
const sizes = new Map<TensorType, BlockSize>([
  ...rows.map(([, type, elements, bytes]) => [type, { elements, bytes }] as const),
  ...(['F8_E4M3', 'F8_E5M2', 'U8'] as const).map((type) => [type, { elements: 1, bytes: 1 }] as const),
  ...(['F4_E2M1', 'U4'] as const).map((type) => [type, { elements: 2, bytes: 1 }] as const),
]);

/** Names of ids that ggml has or had and that no tensor of a model file uses, or that are newer than this package. */
const unusable: ReadonlyMap<number, string> = new Map([
  [4, 'Q4_2'],
  [5, 'Q4_3'],
  [9, 'Q8_1'],
  [15, 'Q8_K'],
  [31, 'Q4_0_4_4'],
  [32, 'Q4_0_4_8'],
  [33, 'Q4_0_8_8'],
  [36, 'IQ4_NL_4_4'],
  [37, 'IQ4_NL_4_8'],
  [38, 'IQ4_NL_8_8'],
]);

/** The type with a ggml id, or `undefined`. */
export function tensorTypeById(id: number): TensorType | undefined {
  return byId.get(id);
}

/** What to call a type id that {@link tensorTypeById} does not know. */
export function describeTypeId(id: number): string {
  const name = unusable.get(id);
  return name === undefined ? `tensor type id ${id}` : `tensor type ${name} (id ${id})`;
}

/** Elements and bytes per block of a type, as in ggml; scales that lie behind the elements are not counted. */
export function blockSize(type: TensorType): BlockSize {
  const size = sizes.get(type);
  if (size === undefined) throw new TypeError(`no such tensor type: ${type}`);
  return size;
}
