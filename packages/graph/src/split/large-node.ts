import type { NodeProto } from 'onnx-buf';
import { type ConstantParts, type ExternalConstant, rowAxis } from './constant-parts.ts';

/** A node that can be cut along the outputs of its constants, or along their inputs. */
export interface LargeNode {
  /** `sum`: a product whose constant has its inputs as rows, so that products of parts are added. */
  readonly kind: 'product' | 'sum' | 'lookup';
  /** Axis along which the outputs of parts of a product are joined. */
  readonly axis: -1 | 0;
  /** Rows of the constants. */
  readonly outputs: number;
  /** The constants that are cut, in the order of the node's inputs. */
  readonly parts: readonly (ExternalConstant & { readonly place: number })[];
}

/** How a node is cut that reads constants; `undefined` when it is none that can be. */
export function largeNode(constants: ConstantParts, node: NodeProto): LargeNode | undefined {
  const at = (...places: number[]) =>
    places.flatMap((place) => {
      const found = constants.get(node.input[place]);
      return found === undefined ? [] : [{ ...found, place }];
    });
  const attribute = (name: string) => {
    const found = node.attribute.find((each) => each.name === name);
    return found === undefined ? 0 : Number(found.i);
  };
  const cut = (
    kind: LargeNode['kind'],
    places: number[],
    { outputs, axis = -1 }: { readonly outputs?: number; readonly axis?: -1 | 0 } = {},
  ): LargeNode | undefined => {
    const parts = at(...places);
    const [first] = parts;
    if (first === undefined || first.place !== places[0]) return undefined;
    const rows = outputs ?? rowsOf(first);
    const fits = parts.every((part) => rows !== undefined && (rowsOf(part) ?? 0.5) % rows === 0);
    return fits ? { kind, axis, outputs: rows!, parts } : undefined;
  };
  switch (node.opType) {
    case 'MatMulNBits':
      return cut('product', [1, 2, 3], { outputs: attribute('N') });
    case 'FusedMatMul': {
      const plain = !attribute('transA') && !attribute('transBatchA') && !attribute('transBatchB');
      return plain && attribute('transB') === 1 ? cut('product', [1]) : undefined;
    }
    case 'MatMul': {
      const [weight] = at(1);
      const recipe = weight && 'recipe' in weight.initializer.source && weight.initializer.source.recipe;
      if (!recipe || weight.tensor.dims.length !== 2) return undefined;
      return cut(rowAxis(recipe) === 1 ? 'product' : 'sum', [1]);
    }
    case 'Gather': {
      if (at(0)[0]?.tensor.dims.length !== 2) return undefined;
      return attribute('axis') === 0 ? cut('lookup', [0]) : cut('product', [0], { axis: 0 });
    }
    case 'GatherBlockQuantized':
      return attribute('gather_axis') === 0 ? cut('lookup', [0, 2, 3]) : undefined;
    default:
      return undefined;
  }
}

/** Rows of the tensors that a constant is made from. */
function rowsOf({ initializer }: ExternalConstant): number | undefined {
  const { source, shape } = initializer;
  return 'recipe' in source ? shape[rowAxis(source.recipe)] : undefined;
}
