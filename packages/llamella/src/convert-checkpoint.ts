import {
  type Checkpoint,
  InvalidFileError,
  type TensorInfo,
  type TensorType,
  UnsupportedError,
} from '@llamella/spec';
import { blockSize, decodeTensor, encodeTensor } from '@llamella/weights';
import { type ConvertFormat, type ConvertType, targetType } from './convert-types.ts';

/** What became of one tensor. */
export interface TensorChange {
  /** Canonical name, as in GGUF. */
  readonly tensor: string;
  /** How it was stored. */
  readonly from: TensorType;
  /** How it is stored now. */
  readonly to: TensorType;
  /** `exact`: same values; `re-encoded`: the nearest that the type has. */
  readonly kind: 'exact' | 're-encoded';
  /** Largest difference of one value, as measured. */
  readonly largestError: number;
  /** Root of the mean square of the differences, divided by that of the values. */
  readonly relativeError: number;
}

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
  const changes = new Map<string, TensorChange>();
  const tensors = new Map<string, TensorInfo>();
  const untouched = new Set<string>();
  // ONNX graphs multiply a layer's input with its scale; elsewhere the weights are.
  const folds = format !== 'genai';
  for (const info of source.tensors.values()) {
    if (folds && info.name.endsWith(`.${scaleSuffix}`)) continue;
    const target = targetType(info, type, format, info.name === head);
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
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
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

function exact({ name, type }: TensorInfo, target: TensorInfo): TensorChange {
  return { tensor: name, from: type, to: target.type, kind: 'exact', largestError: 0, relativeError: 0 };
}

/** For each row, which one of the stored rows it is; `undefined` where they stay. */
function rowOrder(
  name: string,
  info: TensorInfo,
  { headCount, keyValueHeadCount, headSize }: Checkpoint['config'],
  interleaved: boolean,
): Uint32Array | undefined {
  const match = /\.attn_([qk])\.(?:weight|bias)$/.exec(name);
  if (match === null) return undefined;
  const heads = match[1] === 'q' ? headCount : keyValueHeadCount;
  if (info.shape[0] !== heads * headSize) return undefined;
  const half = headSize / 2;
  return Uint32Array.from({ length: heads * headSize }, (_, row) => {
    const at = row % headSize;
    const from = interleaved ? (at % 2) * half + (at >> 1) : 2 * (at % half) + Math.floor(at / half);
    return row - at + from;
  });
}

/** Stored rows in another order: whole rows move, whatever they consist of. */
function moveRows(bytes: Uint8Array, order: Uint32Array): Uint8Array {
  const width = bytes.byteLength / order.length;
  const moved = new Uint8Array(bytes.byteLength);
  for (const [row, from] of order.entries()) {
    moved.set(bytes.subarray(from * width, (from + 1) * width), row * width);
  }
  return moved;
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

/** Measures what encoding did to values. */
class ErrorMeter {
  #largest = 0;
  #squares = 0;
  #errors = 0;

  add(values: Float32Array, stored: Float32Array): void {
    let [squares, errors, largest] = [0, 0, this.#largest];
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      const error = Math.abs(stored[at]! - value);
      if (error === 0) squares += value * value;
      // Infinities and what is not a number have no difference where they stay.
      else if (!Object.is(stored[at], value)) {
        squares += value * value;
        errors += error * error;
        if (!(error <= largest)) largest = error;
      }
    }
    this.#squares += squares;
    this.#errors += errors;
    this.#largest = largest;
  }

  change({ name, type }: TensorInfo, target: TensorInfo): TensorChange {
    return {
      tensor: name,
      from: type,
      to: target.type,
      kind: this.#errors === 0 && this.#largest === 0 ? 'exact' : 're-encoded',
      largestError: this.#largest,
      relativeError: this.#squares === 0 ? 0 : Math.sqrt(this.#errors / this.#squares),
    };
  }
}
