import { type MergeMaker, mergeTable, rankLimit } from './merge-table.ts';

/** @param ids three for each merge: those of the left token, the right one, and the one that they make */
export function unpackedMerges(ids: Int32Array): MergeMaker {
  return ({ tokens }, node, replace) => {
    const count = ids.length / 3;
    if (count > rankLimit) node.fail(`${count} merges, at most ${rankLimit} are accepted`);
    const table = mergeTable(count);
    for (let rank = 0; rank < count; rank++) {
      const [left, right, merged] = [ids[3 * rank]!, ids[3 * rank + 1]!, ids[3 * rank + 2]!];
      if (tokens[left] === undefined || tokens[right] === undefined || tokens[merged] === undefined)
        node.fail(`entry ${rank} names a token that is not in the vocabulary`);
      table.add(left, right, rank, merged, replace);
    }
    return table;
  };
}
