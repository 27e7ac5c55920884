import { create } from '@bufbuild/protobuf';
import type { GraphPlan, Initializer, PackRecipe } from '@llamella/spec';
import { type TensorProto, TensorProto_DataLocation, TensorProtoSchema } from 'onnx-buf';
import { InitializerTable } from '../initializer-table.ts';

/** A constant of the graph whose bytes lie in the plan's external data. */
export interface ExternalConstant {
  readonly tensor: TensorProto;
  readonly initializer: Initializer;
}

/** From the first to before the last. */
export type Range = readonly [first: number, end: number];

/** The constants of a plan, some of them in parts. */
export class ConstantParts {
  readonly #plan: GraphPlan;
  readonly #constants = new Map<string, ExternalConstant>();
  readonly #parts = new Map<string, { readonly constant: ExternalConstant; readonly rows: Range }>();
  readonly #all: readonly TensorProto[];

  constructor(plan: GraphPlan, tensors: readonly TensorProto[]) {
    this.#plan = plan;
    this.#all = tensors;
    const byOffset = new Map(plan.initializers.map((each, at) => [plan.offsets[at]!, each]));
    for (const tensor of tensors) {
      if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
      const offset = tensor.externalData.find(({ key }) => key === 'offset')!.value;
      this.#constants.set(tensor.name, { tensor, initializer: byOffset.get(Number(offset))! });
    }
  }

  /** The constant of that name, or `undefined` for a value that is none, or whose bytes lie in the graph. */
  get(name: string | undefined): ExternalConstant | undefined {
    return this.#constants.get(name ?? '');
  }

  /**
   * Some outputs of a constant that a recipe makes, as one of their own.
   *
   * @param outputs of the whole constant: its rows, or as many runs of rows
   * @returns its name
   */
  part(constant: ExternalConstant, outputs: number, [first, end]: Range): string {
    const { initializer, tensor } = constant;
    const each = initializer.shape[rowAxis(recipeOf(initializer))]! / outputs;
    const rows = [first * each, end * each] as const;
    const name = `${tensor.name}.from_${first}_to_${end}`;
    this.#parts.set(name, { constant, rows });
    return name;
  }

  /** Lays out what the nodes read. @param read names of the values that they read */
  finish(read: ReadonlySet<string>): { table: InitializerTable; tensors: TensorProto[] } {
    const tensors: TensorProto[] = this.#all.filter(
      ({ name }) => read.has(name) && !this.#constants.has(name),
    );
    const declared = new Map<string, Pick<TensorProto, 'dataType' | 'dims'>>();
    const table = new InitializerTable({
      external: (name, _type, _shape, offset, byteLength) =>
        tensors.push(
          create(TensorProtoSchema, {
            name,
            ...declared.get(name)!,
            dataLocation: TensorProto_DataLocation.EXTERNAL,
            externalData: Object.entries({
              location: this.#plan.externalFile,
              offset,
              length: byteLength,
            }).map(([key, value]) => ({ key, value: String(value) })),
          }),
        ),
    });
    for (const [name, { tensor, initializer }] of this.#constants) {
      if (!read.has(name)) continue;
      declared.set(name, { dataType: tensor.dataType, dims: tensor.dims });
      const { dataType, shape, source } = initializer;
      if ('recipe' in source) table.packed(name, dataType, shape, source.recipe);
      else table.add({ ...initializer, name });
    }
    for (const [name, { constant, rows }] of this.#parts) {
      const { tensor, initializer } = constant;
      const recipe = recipeOf(initializer);
      const axis = rowAxis(recipe);
      const whole = initializer.shape[axis]!;
      const count = rows[1] - rows[0];
      const dims = tensor.dims.with(axis, (tensor.dims[axis]! * BigInt(count)) / BigInt(whole));
      declared.set(name, { dataType: tensor.dataType, dims });
      table.packed(name, initializer.dataType, initializer.shape.with(axis, count), { ...recipe, rows });
    }
    return { table, tensors };
  }
}

/** The axis of a constant along which the outputs of its tensors lie. */
export function rowAxis({ kind, transpose = false }: PackRecipe): 0 | 1 {
  return (kind === 'block-minimums') === transpose ? 0 : 1;
}

function recipeOf({ source }: Initializer): PackRecipe {
  return (source as { readonly recipe: PackRecipe }).recipe;
}
