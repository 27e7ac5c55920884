import { type TensorInfo, type TensorType, UnsupportedError } from '@llamella/spec';
import { blockSize } from '@llamella/weights';

/** Container that a model is converted to. */
export type ConvertFormat = 'gguf' | 'safetensors' | 'genai';

/** Types that weights can be converted to; `same` keeps the stored ones where the container has them. */
export type ConvertType = TensorType | 'same';

const floats: readonly TensorType[] = ['F32', 'F16', 'BF16'];
/** Those that `encodeTensor` writes without knowing how much each input matters. */
const blocks: readonly TensorType[] = [
  ...(['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0', 'Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K'] as const),
  ...([
    'IQ4_NL',
    'IQ4_XS',
    'IQ3_S',
    'IQ3_XXS',
    'IQ2_S',
    'IQ1_M',
    'TQ1_0',
    'TQ2_0',
    'MXFP4',
    'NVFP4',
  ] as const),
];
/** Types of `spec` that no container but safetensors has. */
const foreign: ReadonlySet<TensorType> = new Set(['F8_E4M3', 'F8_E5M2', 'F4_E2M1', 'U4', 'U8']);

const typesOf: Record<ConvertFormat, readonly TensorType[]> = {
  gguf: [...floats, ...blocks],
  safetensors: floats,
  genai: [...floats, ...blocks],
};

/** What llama.cpp takes where rows do not consist of whole blocks of 256, or of 32. */
const fallbacks: Partial<Record<TensorType, TensorType>> = {
  Q2_K: 'IQ4_NL',
  Q3_K: 'IQ4_NL',
  IQ1_M: 'IQ4_NL',
  IQ2_S: 'IQ4_NL',
  IQ3_XXS: 'IQ4_NL',
  IQ3_S: 'IQ4_NL',
  IQ4_XS: 'IQ4_NL',
  NVFP4: 'IQ4_NL',
  TQ1_0: 'Q4_0',
  TQ2_0: 'Q4_0',
  Q4_K: 'Q5_0',
  Q5_K: 'Q5_1',
  Q6_K: 'Q8_0',
};

/** Types of more bits than the 6.6 of Q6_K, which the output projection gets at least. */
const fineEnough: ReadonlySet<TensorType> = new Set([...floats, 'Q8_0', 'Q6_K']);

/** @throws {UnsupportedError} when no weights can be written as `type` into the container */
export function checkConvertType(type: ConvertType, format: ConvertFormat): void {
  if (type === 'same' || typesOf[format].includes(type)) return;
  throw new UnsupportedError(
    `type ${JSON.stringify(type)} in ${format}`,
    `use same, ${typesOf[format].join(', ')}`,
  );
}

/**
 * Type in which one tensor is stored, given the one that was asked for.
 *
 * @param isHead whether it is the output projection
 * @param isFromSame whether it comes from the same kind of container
 */
export function targetType(
  info: TensorInfo,
  wanted: ConvertType,
  format: ConvertFormat,
  { isHead, isFromSame }: { readonly isHead: boolean; readonly isFromSame: boolean },
): TensorType {
  const isMatrix = info.shape.length > 1 && info.name.endsWith('.weight');
  const isInteger = /^(F64|I\d+)$/.test(info.type);
  if (isInteger) return info.type;
  if (wanted === 'same') {
    if (format === 'genai') return info.type;
    // llama.cpp multiplies with norms and biases in float32 only.
    if (format === 'gguf' && !isMatrix && !isFromSame) return 'F32';
    const kept = format === 'gguf' ? !foreign.has(info.type) : floats.includes(info.type);
    if (kept) return info.type;
    return isMatrix ? 'F16' : 'F32';
  }
  if (!isMatrix) return format === 'safetensors' ? wanted : 'F32';
  const fine: TensorType = isHead && !fineEnough.has(wanted) ? 'Q6_K' : wanted;
  return fitting(fine, info.shape.at(-1)!);
}

function fitting(type: TensorType, rowLength: number): TensorType {
  if (rowLength % blockSize(type).elements === 0) return type;
  return fitting(fallbacks[type] ?? 'F16', rowLength);
}
