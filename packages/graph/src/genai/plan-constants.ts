import { create } from '@bufbuild/protobuf';
import type { DataType, PackRecipe } from '@llamella/spec';
import {
  TensorProto_DataType as Onnx,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from 'onnx-buf';
import { InitializerTable } from '../initializer-table.ts';
import { elementType, isHalf, toFloats } from './element-types.ts';
import type { GraphEditor } from './graph-editor.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** Types of the constants that recipes make. */
const onnxTypes: Partial<Record<DataType, number>> = {
  float32: Onnx.FLOAT,
  float16: Onnx.FLOAT16,
  bfloat16: Onnx.BFLOAT16,
  uint8: Onnx.UINT8,
  int8: Onnx.INT8,
  int32: Onnx.INT32,
  int64: Onnx.INT64,
};

/** The constants of a plan: made by recipes, or stored in the folder and needed as they are or in float32. */
export class PlanConstants {
  readonly table: InitializerTable;
  /** Constants for the graph, in the order in which they were asked for. */
  readonly tensors: TensorProto[] = [];
  readonly #externalFile: string;
  readonly #declared = new Map<string, Pick<StoredTensor, 'dataType' | 'shape'>>();
  readonly #byRecipe = new Map<string, string>();
  readonly #editor: GraphEditor;

  constructor(externalFile: string, editor: GraphEditor) {
    this.#externalFile = externalFile;
    this.#editor = editor;
    this.table = new InitializerTable({
      external: (name, type, shape, offset, byteLength) =>
        this.#external(name, onnxTypes[type]!, shape, offset, byteLength),
    });
  }

  /** Adds a constant that a recipe makes, once for each shape. @returns its name, which is `name` where that is free */
  packed(dataType: DataType, shape: readonly number[], recipe: PackRecipe, name: string): string {
    const key = JSON.stringify([recipe, shape]);
    const known = this.#byRecipe.get(key);
    if (known !== undefined) return known;
    const free = this.#editor.unused(name);
    this.#editor.made.add(free);
    this.#byRecipe.set(key, free);
    this.table.packed(free, dataType, shape, recipe);
    return free;
  }

  /** Adds a constant of the folder under its own name, 16-bit numbers as float32 unless they are `kept`. */
  stored(name: string, tensor: StoredTensor, kept = false): void {
    const { dataType, shape, byteLength, bytes } = tensor;
    if (bytes !== undefined || byteLength === 0) {
      this.tensors.push(embedded(name, tensor, bytes ?? new Uint8Array(0)));
      return;
    }
    if (isHalf(dataType) && !kept) {
      const source = { kind: 'decode', tensors: [tensor.name] } as const;
      this.table.packed(name, 'float32', shape, source);
      return;
    }
    const recipe = { kind: 'stored', tensors: [tensor.name] } as const;
    const type = elementType(dataType)?.data;
    if (type !== undefined) {
      this.table.packed(name, type, shape, recipe);
      return;
    }
    // Types that plans have no name for are laid out as bytes; the graph knows what they are.
    this.#declared.set(name, { dataType, shape });
    this.table.packed(name, 'uint8', [byteLength], recipe);
  }

  #external(
    name: string,
    dataType: number,
    shape: readonly number[],
    offset: number,
    byteLength: number,
  ): void {
    const declared = this.#declared.get(name) ?? { dataType, shape };
    this.tensors.push(
      create(TensorProtoSchema, {
        name,
        dataType: declared.dataType,
        dims: declared.shape.map(BigInt),
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData: [
          { key: 'location', value: this.#externalFile },
          { key: 'offset', value: String(offset) },
          { key: 'length', value: String(byteLength) },
        ],
      }),
    );
  }
}

function embedded(name: string, { dataType, shape }: StoredTensor, bytes: Uint8Array): TensorProto {
  const floats = isHalf(dataType) ? toFloats(dataType, bytes)! : undefined;
  const rawData = floats === undefined ? new Uint8Array(bytes) : new Uint8Array(floats.buffer);
  const type = floats === undefined ? dataType : Onnx.FLOAT;
  return create(TensorProtoSchema, { name, dataType: type, dims: shape.map(BigInt), rawData });
}
