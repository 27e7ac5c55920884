import { InvalidFileError, type TensorInfo, UnsupportedError } from '@llamella/spec';
import { decodeTensor } from '../formats/decode-tensor.ts';
import { clip } from '../gguf/read-header.ts';
import type { QuantizedLayout } from '../quantized/quantized-layout.ts';
import { tensorTypeOf } from './data-types.ts';
import type { StoredTensor, StoredTensors } from './stored-tensor.ts';
import { canonicalModule, hasShiftedNorms } from './tensor-names.ts';

/** A tensor under its canonical name and the way to its bytes. */
export interface CanonicalTensor {
  readonly info: TensorInfo;
  /** Set where the bytes are those of one stored tensor. */
  readonly stored?: StoredTensor;
  read(signal?: AbortSignal): Promise<Uint8Array>;
}

/** What the reading of names needs to know about the model. */
export interface NamingOptions {
  /** As in `ModelConfig.architecture`. */
  readonly architecture: string;
  readonly layout: QuantizedLayout | undefined;
  /** Whether to leave out the parts of a larger model that are not its language model. */
  readonly isPartOfLarger: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Tensors that are computed from the configuration. */
const buffer = /(?:^|\.)rotary_emb\.(?:inv_freq|original_inv_freq)$/;
/** Parts of a layer that only the methods of quantization have. */
const quantized = /\.(?:qweight|weight_packed|weight_scale(?:_inv|_2)?)$/;
const otherParts = /^(?:model\.)?(?:vision_tower|multi_modal_projector|embed_vision)\./;

/** Brings stored tensors under their canonical names. Others keep theirs, so that the graph refuses them by name. */
export async function canonicalTensors(
  file: string,
  stored: StoredTensors,
  options: NamingOptions,
): Promise<Map<string, CanonicalTensor>> {
  const { architecture, layout, isPartOfLarger, signal } = options;
  const tensors = new Map<string, CanonicalTensor>();
  const origins = new Map<string, string>();
  const add = (origin: string, tensor: CanonicalTensor) => {
    const { name } = tensor.info;
    if (origins.has(name)) {
      throw new InvalidFileError(
        { file },
        `${clip(origins.get(name)!)} and ${clip(origin)} are both ${clip(name)}`,
      );
    }
    origins.set(name, origin);
    tensors.set(name, tensor);
  };

  const used = new Set<string>();
  if (layout === undefined) {
    const name = [...stored.tensors.keys()].find((each) => quantized.test(each));
    if (name !== undefined) {
      throw new InvalidFileError(
        { file },
        `tensor ${clip(name)} belongs to a quantized layer, and nothing says how it is to be read: config.json has no ` +
          'quantization_config, and the model comes without a file such as hf_quant_config.json',
      );
    }
  } else {
    for (const module of modulesOf(stored)) {
      const canonical = canonicalModule(module, architecture);
      if (canonical?.isLinear !== true) continue;
      const linear = await layout.open(module, stored, signal);
      if (linear === undefined) continue;
      for (const name of linear.used) used.add(name);
      const info = { ...linear.info, name: `${canonical.name}.weight` };
      add(module, { info, read: (each) => linear.read(each) });
      const read = linear.readPreQuantScale;
      if (read === undefined) continue;
      const inputs = linear.info.shape.at(-1)!;
      add(`the input scale of ${module}`, {
        info: {
          name: `${canonical.name}.pre_quant_scale`,
          type: 'F32',
          shape: [inputs],
          byteLength: 4 * inputs,
        },
        read: async (each) => bytesOf(await read(each)),
      });
    }
  }

  for (const tensor of stored.tensors.values()) {
    if (used.has(tensor.name)) continue;
    const name = plainName(tensor.name, architecture);
    const isLeftOut =
      buffer.test(tensor.name) ||
      (isPartOfLarger && otherParts.test(tensor.name)) ||
      layout?.leavesOut(tensor.name);
    if (name === undefined && isLeftOut) continue;
    const plain = plainTensor(stored, tensor, name ?? tensor.name);
    if (plain === undefined) {
      throw new UnsupportedError(
        `${file}: tensor ${clip(tensor.name)} of the type ${tensor.dataType}`,
        'convert it to F32, F16 or BF16',
      );
    }
    const isShifted = hasShiftedNorms(architecture) && name?.endsWith('norm.weight') === true;
    add(tensor.name, isShifted ? addOne(plain) : plain);
  }
  return tensors;
}

/** Everything before the last dot of a name; more than there are modules, as some suffixes have two parts. */
function modulesOf(stored: StoredTensors): ReadonlySet<string> {
  const modules = new Set<string>();
  for (const name of stored.tensors.keys()) modules.add(name.slice(0, Math.max(0, name.lastIndexOf('.'))));
  return modules;
}

function plainName(name: string, architecture: string): string | undefined {
  const [, module, suffix] = /^(.+)\.(weight|bias)$/.exec(name) ?? [];
  const canonical = module === undefined ? undefined : canonicalModule(module, architecture);
  return canonical && `${canonical.name}.${suffix}`;
}

/** A stored tensor as it is; `undefined` when its type has no name in a checkpoint. */
export function plainTensor(
  stored: StoredTensors,
  tensor: StoredTensor,
  name: string,
): CanonicalTensor | undefined {
  const type = tensorTypeOf(tensor.dataType);
  if (type === undefined) return undefined;
  const info = { name, type, shape: tensor.shape, byteLength: tensor.byteLength };
  return { info, stored: tensor, read: (signal) => stored.read(tensor.name, signal) };
}

/** Gemma multiplies with `1 + weight`, computed in float32; GGUF stores the sum. */
function addOne({ info, read }: CanonicalTensor): CanonicalTensor {
  const elements = info.shape.reduce((product, length) => product * length, 1);
  return {
    info: { ...info, type: 'F32', byteLength: 4 * elements },
    read: async (signal) =>
      bytesOf(decodeTensor(info.type, await read(signal), info.shape).map((value) => value + 1)),
  };
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
