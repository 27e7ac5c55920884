import { TensorProto_DataType as Onnx } from 'onnx-buf';
import type { Profile } from '../profiles/profile.ts';
import { elementType } from './element-types.ts';
import type { GraphEditor } from './graph-editor.ts';

/**
 * Leaves embedding matrices of 16-bit numbers as they are stored: their rows are looked up and then widened, which costs
 * nothing and saves half of the memory.
 *
 * @returns names of constants that are not widened
 */
export function keepLookups(
  editor: GraphEditor,
  profile: Pick<Profile, 'lookupTypes'>,
  outputs: readonly string[],
): ReadonlySet<string> {
  const kept = new Set<string>();
  const live = new Set(editor.liveNodes(outputs));
  for (const node of live) {
    const [table, indices] = node.input;
    const stored = editor.initializers.get(table ?? '');
    const type = stored && elementType(stored.dataType)?.stored;
    const isLookup = (reader: typeof node) =>
      reader.opType === 'Gather' && reader.input[0] === table && reader.input[1] !== table;
    if (!isLookup(node) || stored?.bytes !== undefined || !profile.lookupTypes.some((each) => each === type))
      continue;
    if (
      indices === undefined ||
      !editor.readers(table!).every((reader) => !live.has(reader) || isLookup(reader))
    )
      continue;
    const [output] = node.output;
    const rows = editor.unused(`${output}.stored`);
    editor.change(node, () => {
      node.output[0] = rows;
    });
    editor.insert('Cast', [rows], [output!], { to: Onnx.FLOAT });
    kept.add(table!);
  }
  return kept;
}
