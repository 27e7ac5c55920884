import { InvalidArgumentError } from '@llamella/spec';
import type { LayerStorage } from './layer-storage.ts';
import { storeAwq } from './store-awq.ts';
import {
  storeCompressedFloat4,
  storeCompressedFloat8,
  storeCompressedIntegers,
  storeCompressedMxFloat4,
} from './store-compressed.ts';
import { storeFloat8 } from './store-float8.ts';
import { storeGptq } from './store-gptq.ts';
import { storeModeloptFloat4, storeModeloptInt4, storeModeloptInt8 } from './store-modelopt.ts';
import type { StoredLayer } from './stored-layer.ts';
import type { WeightBlocks } from './weight-blocks.ts';

/**
 * Rounds the weights of a linear layer to nearest and stores them as the tool of the layout does, bit for bit: ModelOpt 0.47,
 * transformers 5.23, compressed-tensors 0.20, AutoAWQ 0.2.9, AutoGPTQ 0.7 and GPTQModel 7.7. Nothing is searched for:
 * AWQ's scales of inputs and GPTQ's compensation are up to the caller.
 *
 * @param values float32 `[outputs, inputs]`
 * @returns the tensors by what follows the module's name
 * @throws {InvalidArgumentError} when a value is not finite, or the shape does not fit the layout
 */
export function quantizeLayer(
  values: Float32Array,
  shape: readonly [outputs: number, inputs: number],
  storage: LayerStorage,
): StoredLayer {
  const [outputs, inputs] = shape;
  if (outputs * inputs !== values.length || values.length === 0) {
    throw new InvalidArgumentError('shape', `[${shape}] is not that of ${values.length} values`);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) throw new InvalidArgumentError('values', `value ${bad} is ${values[bad]}`);
  const inBlocks = (rows: number, columns: number): WeightBlocks => {
    if (![rows, columns].every((extent) => Number.isInteger(extent) && extent > 0)) {
      throw new InvalidArgumentError(
        'block',
        `[${rows},${columns}] is not a number of rows and one of columns`,
      );
    }
    return { values, shape, block: [rows, columns] };
  };
  const inGroups = (group: number, outputsIn = 1, inputsIn = 1): WeightBlocks => {
    const size = group === -1 ? inputs : group;
    if (!(Number.isInteger(size) && size > 0) || inputs % size !== 0) {
      throw new InvalidArgumentError('shape', `${inputs} inputs are not whole groups of ${group}`);
    }
    if (outputs % outputsIn !== 0 || inputs % inputsIn !== 0) {
      throw new InvalidArgumentError(
        'shape',
        `[${shape}]: ${storage.layout} takes multiples of [${outputsIn},${inputsIn}]`,
      );
    }
    return inBlocks(1, size);
  };
  switch (storage.layout) {
    case 'modelopt-fp8': {
      const { largest } = storage;
      return storeFloat8(inBlocks(...shape), {
        suffix: 'weight_scale',
        scaleShape: [],
        by: 'divide',
        largest,
      });
    }
    case 'modelopt-fp8-rows':
      return storeFloat8(inGroups(-1), { suffix: 'weight_scale', scaleShape: [outputs], by: 'divide' });
    case 'modelopt-fp8-blocks': {
      const [rows, columns] = scaleShapeOf(shape, storage.block);
      const naming = { suffix: 'weight_scale', scaleShape: [rows, 1, columns, 1], by: 'divide' } as const;
      return storeFloat8(inBlocks(...storage.block), naming);
    }
    case 'fp8-blocks': {
      const scaleShape = scaleShapeOf(shape, storage.block);
      return storeFloat8(inBlocks(...storage.block), {
        suffix: 'weight_scale_inv',
        scaleShape,
        by: 'multiply',
      });
    }
    case 'fbgemm-fp8':
      return storeFloat8(inGroups(-1), { suffix: 'weight_scale', scaleShape: [outputs, 1], by: 'multiply' });
    case 'modelopt-int8':
      return storeModeloptInt8(inGroups(-1));
    case 'modelopt-int4':
      return storeModeloptInt4(inGroups(storage.group, 2, 8));
    case 'modelopt-nvfp4':
      return storeModeloptFloat4(inGroups(16), storage.largest);
    case 'compressed-nvfp4':
      return storeCompressedFloat4(inGroups(16), storage.largest);
    case 'compressed-mxfp4':
      return storeCompressedMxFloat4(inGroups(32));
    case 'compressed-fp8': {
      const { strategy, scaleType = 'F32' } = storage;
      const block =
        strategy === 'tensor' ? shape : strategy === 'channel' ? ([1, inputs] as const) : strategy;
      const scaleShape = strategy === 'tensor' ? [1] : scaleShapeOf(shape, block);
      return storeCompressedFloat8(inBlocks(...block), scaleShape, scaleType);
    }
    case 'compressed-int8':
      return storeCompressedIntegers(inGroups(-1), { bits: 8, symmetric: storage.symmetric, packed: false });
    case 'compressed-packed':
      return storeCompressedIntegers(inGroups(storage.group), { ...storage, packed: true });
    case 'awq':
      return storeAwq(inGroups(storage.group, 8, 8), storage.version);
    case 'gptq':
      return storeGptq(inGroups(storage.group, 32, 32), storage);
  }
}

function scaleShapeOf(
  [outputs, inputs]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): readonly [number, number] {
  return [Math.ceil(outputs / rows), Math.ceil(inputs / columns)];
}
