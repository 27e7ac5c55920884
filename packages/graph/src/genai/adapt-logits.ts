import { UnsupportedError } from '@llamella/spec';
import type { NodeProto } from 'onnx-buf';
import type { GraphEditor } from './graph-editor.ts';
import { integerAttribute } from './node-attributes.ts';

/** Operators that treat each logit for itself. */
const elementwise = new Set(['Cast', 'Mul', 'Div', 'Add', 'Sub', 'Where', 'Tanh', 'Identity']);
const products = new Set(['MatMul', 'MatMulNBits', 'FusedMatMul', 'Gemm']);

/**
 * Computes logits for the tokens of `logit_rows` only: selects rows before the product that makes them, in place of
 * the selection of the last token that some graphs have. Where that product cannot be found, selects among all logits.
 *
 * @param oneRow whether the graph says that it gives logits of one token
 * @throws {UnsupportedError} when a graph selects a token in some other way
 */
export function adaptLogits(editor: GraphEditor, oneRow: boolean): void {
  const product = productOf(editor, 'logits');
  if (product === undefined) {
    if (oneRow) {
      throw new UnsupportedError(
        `${editor.file}: logits of one token only`,
        'use a folder built without prune_lm_head, or with the model builder of ONNX Runtime GenAI',
      );
    }
    const all = editor.unused('logits.all');
    editor.rename('logits', all);
    editor.insert('Gather', [all, 'logit_rows'], ['logits'], { axis: 1 });
    return;
  }
  const input = product.input[0]!;
  const hidden = lastTokenOf(editor, input);
  if (hidden === undefined && oneRow) {
    throw new UnsupportedError(
      `${editor.file}: logits of one token only, which ${product.name} gets in an unknown way`,
      'use a folder built without prune_lm_head',
    );
  }
  const selected = editor.unused('selected');
  editor.insert('Gather', [hidden ?? input, 'logit_rows'], [selected], { axis: 1 });
  editor.change(product, () => {
    product.input[0] = selected;
  });
}

/** The product from which a value is made element by element, with constants only. */
function productOf(editor: GraphEditor, value: string): NodeProto | undefined {
  let node = editor.producer(value);
  for (let steps = 0; node !== undefined && steps < 16; steps++) {
    if (products.has(node.opType)) return node.opType === 'Gemm' ? undefined : node;
    if (!elementwise.has(node.opType)) return undefined;
    const varying = node.input.filter((name) => name !== '' && !editor.isConstant(name));
    if (varying.length !== 1) return undefined;
    node = editor.producer(varying[0]!);
  }
  return undefined;
}

/** What `value` is the last token of: `Gather(hidden, -1)` along the tokens, with their axis put back. */
function lastTokenOf(editor: GraphEditor, value: string): string | undefined {
  const unsqueeze = editor.producer(value);
  const restored = unsqueeze?.opType === 'Unsqueeze';
  if (restored && editor.integers(unsqueeze!.input[1] ?? '')?.join() !== '1') return undefined;
  const gather = restored ? editor.producer(unsqueeze!.input[0]!) : unsqueeze;
  if (gather?.opType !== 'Gather' || integerAttribute(gather, 'axis', 0) !== 1) return undefined;
  const index = editor.constant(gather.input[1]!);
  if (index === undefined || editor.integers(gather.input[1]!)?.join() !== '-1') return undefined;
  const kept = index.shape.length === 1;
  return kept === restored ? undefined : gather.input[0];
}
