import {
  asyncDispose,
  type Checkpoint,
  InvalidFileError,
  type TensorInfo,
  type TensorType,
  UnsupportedError,
} from '@llamella/spec';
import { blockSize, decodeTensor, encodeTensor } from '@llamella/weights';
import { ErrorMeter, exact, type TensorChange } from './convert-change.ts';
import { moveRows, rowOrder } from './convert-row-order.ts';
import { type ConvertFormat, type ConvertType, targetType } from './convert-types.ts';

/** A checkpoint as another container is to have it. */
export interface ConvertedCheckpoint extends Checkpoint {
  /** What became of the tensors that have been read to their end, by name. */
  readonly changes: ReadonlyMap<string, TensorChange>;
  /** The bytes that `readTensor` gives, a piece at a time. */
  pieces(name: string, signal?: AbortSignal): AsyncGenerator<Uint8Array>;
}

/** Weights that are decoded and encoded at a time. */
const PIECE = 2 ** 19;
const scaleSuffix = 'pre_quant_scale';

/**
 * A view of a checkpoint with its weights in another type, and the rows of q and k in another order.
 *
 * @param options.type see {@link targetType}
 * @param options.ropeInterleaved order of the rows of q and k, see `ModelConfig.ropeInterleaved`
 * @param options.normShift what is added to the weights of norms. Default 0
 */
export function convertedCheckpoint(
  source: Checkpoint,
  options: {
    readonly format: ConvertFormat;
    readonly type: ConvertType;
    readonly ropeInterleaved: boolean;
    readonly normShift?: number;
  },
): ConvertedCheckpoint {
  const { config } = source;
  const { format, type, ropeInterleaved, normShift = 0 } = options;
  const shiftOf = (name: string) => (/norm\.weight$/.test(name) ? normShift : 0);
  const head = config.tiedEmbeddings ? 'token_embd.weight' : 'output.weight';
  const isFromSame = source.format === format;
  const changes = new Map<string, TensorChange>();
  const tensors = new Map<string, TensorInfo>();
  const untouched = new Set<string>();
  // ONNX graphs multiply a layer's input with its scale; elsewhere the weights are.
  const folds = format !== 'genai';
  for (const info of source.tensors.values()) {
    if (folds && info.name.endsWith(`.${scaleSuffix}`)) continue;
    const target = targetType(info, type, format, { isHead: info.name === head, isFromSame });
    const edited = shiftOf(info.name) !== 0 || (folds && hasScale(source, info));
    if (target === info.type && !edited) untouched.add(info.name);
    tensors.set(info.name, untouched.has(info.name) ? info : plainInfo(info, target));
  }
  const heads = config.ropeInterleaved === ropeInterleaved ? undefined : config;

  async function* pieces(name: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const info = source.tensors.get(name);
    const target = tensors.get(name);
    if (info === undefined || target === undefined) {
      yield source.readTensor(name, signal);
      return;
    }
    const order = heads && rowOrder(name, info, heads, ropeInterleaved);
    if (untouched.has(name)) {
      const bytes = await source.readTensor(name, signal);
      yield order === undefined ? bytes : moveRows(bytes, order);
      changes.set(name, exact(info, target));
      return;
    }
    const meter = new ErrorMeter();
    for await (const values of decodedPieces(source, info, order, folds, signal)) {
      signal?.throwIfAborted();
      const shift = shiftOf(name);
      if (shift !== 0) for (let at = 0; at < values.length; at++) values[at]! += shift;
      const shape =
        target.shape.length === 1 ? [values.length] : [values.length / rowLength(info), rowLength(info)];
      let bytes: Uint8Array;
      try {
        bytes = encodeTensor(target.type, values, shape);
      } catch (cause) {
        const problem = `tensor ${name} cannot be stored as ${target.type}: ${(cause as Error).message}`;
        throw new InvalidFileError({ file: source.name }, problem, { cause });
      }
      meter.add(values, decodeTensor(target.type, bytes, shape));
      yield bytes;
    }
    const change = meter.change(info, target);
    if (!Number.isFinite(change.largestError)) {
      throw new UnsupportedError(
        `tensor ${name} in ${target.type}, which its values are too large for,`,
        'use F32 or BF16',
      );
    }
    changes.set(name, change);
  }

  return {
    name: source.name,
    format: source.format,
    config: { ...config, ropeInterleaved },
    tensors,
    changes,
    pieces,
    async readTensor(name, signal) {
      const parts: Uint8Array[] = [];
      for await (const part of pieces(name, signal)) parts.push(part);
      if (parts.length === 1) return parts[0]!;
      const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
      let offset = 0;
      for (const part of parts) {
        bytes.set(part, offset);
        offset += part.byteLength;
      }
      return bytes;
    },
    [asyncDispose]: () => source[asyncDispose](),
  };
}

function rowLength(info: TensorInfo): number {
  return info.shape.length === 1 ? 1 : info.shape.at(-1)!;
}

function plainInfo({ name, shape }: TensorInfo, type: TensorType): TensorInfo {
  const elements = shape.reduce((product, size) => product * size, 1);
  const block = blockSize(type);
  return { name, type, shape, byteLength: (elements / block.elements) * block.bytes };
}

function scaleOf(source: Checkpoint, info: TensorInfo): TensorInfo | undefined {
  return source.tensors.get(info.name.replace(/weight$/, scaleSuffix));
}

function hasScale(source: Checkpoint, info: TensorInfo): boolean {
  return info.name.endsWith('.weight') && scaleOf(source, info) !== undefined;
}

async function* decodedPieces(
  source: Checkpoint,
  info: TensorInfo,
  order: Uint32Array | undefined,
  folds: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array> {
  const width = rowLength(info);
  const rows = info.shape.reduce((product, size) => product * size, 1) / width;
  const isPlain = info.scaleBlock === undefined && info.inputOrder === undefined;
  const scale =
    folds && hasScale(source, info) ? await decodeWhole(source, scaleOf(source, info)!, signal) : undefined;
  const stored = isPlain
    ? await source.readTensor(info.name, signal)
    : await decodeWhole(source, info, signal);
  const stride = stored.length / rows;
  const step = Math.max(1, Math.floor(PIECE / width));
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    let piece: Uint8Array | Float32Array;
    if (order === undefined) piece = stored.subarray(first * stride, (first + count) * stride);
    else {
      piece =
        stored instanceof Float32Array ? new Float32Array(count * stride) : new Uint8Array(count * stride);
      for (let row = 0; row < count; row++) {
        const from = order[first + row]!;
        piece.set(stored.subarray(from * stride, (from + 1) * stride), row * stride);
      }
    }
    const shape = info.shape.length === 1 ? [count] : [count, width];
    const values = piece instanceof Float32Array ? piece.slice() : decodeTensor(info.type, piece, shape);
    if (scale) for (let at = 0; at < values.length; at++) values[at]! *= scale[at % width]!;
    yield values;
  }
}

async function decodeWhole(
  source: Checkpoint,
  info: TensorInfo,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  return decodeTensor(info.type, await source.readTensor(info.name, signal), info.shape, info);
}
