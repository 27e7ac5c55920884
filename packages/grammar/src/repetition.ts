import type { CodePoints } from './code-points.ts';
import type { Machine, Node } from './grammar-node.ts';

const machines = new WeakMap<Node, Machine>();

/** Counts how often a node was matched. Counts that make no difference are one state. */
export function repetition(node: Node & { kind: 'repeat' }): Machine {
  const known = machines.get(node);
  if (known !== undefined) return known;
  const { item, min, max } = node;
  let alive = true;
  const points = characters(item);
  const result: Machine = {
    items: [item],
    start: 0,
    prune: ([itemAlive]) => (alive = itemAlive!) || min === 0,
    loop: (state) => (alive && points !== undefined ? { points, room: max - (state as number) } : undefined),
    length: (state, of) => ((state as number) < min ? (min - (state as number)) * of(item) : 0),
    step: (state) => {
      const count = state as number;
      const next = max === Number.POSITIVE_INFINITY ? Math.min(count + 1, min) : count + 1;
      return { accept: count >= min, edges: alive && count < max ? [[item, next]] : [] };
    },
  };
  machines.set(node, result);
  return result;
}

/** The characters that a node matches alone, perhaps beside other texts. */
function characters(node: Node): CodePoints | undefined {
  if (node.kind === 'chars') return node.points;
  return node.kind === 'choice' && node.items[0]?.kind === 'chars' ? node.items[0].points : undefined;
}
