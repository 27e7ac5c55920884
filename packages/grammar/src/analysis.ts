import { choice, empty, type Node, nothing, type Rule, reference, repeat, sequence } from './grammar-node.ts';
import { repetition } from './repetition.ts';

/** A grammar that cannot be used, with the name of the rule at fault. */
export class GrammarFault extends Error {}

/**
 * Checks and prepares a grammar: what can never be completed is cut off, so that no choice leads into a dead end,
 * and repetitions of what may be empty become repetitions of what may not.
 *
 * @throws {GrammarFault} for left recursion or when nothing matches
 */
export function prepare(root: Node): void {
  const nodes = reach(root);
  const nullable = fixpoint(nodes, isNullable);
  const filled = new Map<Node, Node>();
  for (const node of nodes)
    if (node.kind === 'repeat' && nullable.has(node.item)) {
      const change = node as { item: Node; min: number };
      change.item = nonEmpty(node.item, nullable, filled);
      change.min = 0;
    }
  const all = filled.size === 0 ? nodes : reach(root);
  refuseLeftRecursion(all, filled.size === 0 ? nullable : fixpoint(all, isNullable));
  const live = fixpoint(all, isLive);
  if (!live.has(root)) throw new GrammarFault('no text can ever match it');
  for (const node of all) {
    if (node.kind === 'choice' && node.items.some((item) => !live.has(item)))
      (node as { items: readonly Node[] }).items = node.items.filter((item) => live.has(item));
    const machine = machineOf(node);
    machine?.prune(machine.items.map((item) => live.has(item)));
  }
}

const machineOf = (node: Node) =>
  node.kind === 'machine' ? node.machine : node.kind === 'repeat' ? repetition(node) : undefined;

/** What a node is made of. */
export function partsOf(node: Node): readonly Node[] {
  if (node.kind === 'rule') return [node.rule.body];
  if (node.kind === 'sequence' || node.kind === 'choice') return node.items;
  if (node.kind === 'repeat') return [node.item];
  return node.kind === 'machine' ? node.machine.items : [];
}

/** A node and all that it is made of. */
export function reach(root: Node): Set<Node> {
  const found = new Set([root]);
  for (const node of found) for (const part of partsOf(node)) found.add(part);
  return found;
}

/** The nodes for which a property holds that follows from that of their parts. */
function fixpoint(
  nodes: ReadonlySet<Node>,
  holds: (node: Node, known: ReadonlySet<Node>) => boolean,
): Set<Node> {
  const users = new Map<Node, Node[]>();
  for (const node of nodes)
    for (const part of partsOf(node)) {
      const list = users.get(part);
      if (list === undefined) users.set(part, [node]);
      else list.push(node);
    }
  const known = new Set<Node>();
  const queue = [...nodes].reverse();
  while (queue.length > 0) {
    const node = queue.pop()!;
    if (known.has(node) || !holds(node, known)) continue;
    known.add(node);
    queue.push(...(users.get(node) ?? []));
  }
  return known;
}

function isNullable(node: Node, known: ReadonlySet<Node>): boolean {
  switch (node.kind) {
    case 'text':
      return node.text === '';
    case 'sequence':
      return node.items.every((item) => known.has(item));
    case 'choice':
      return node.items.some((item) => known.has(item));
    case 'repeat':
      return node.min === 0 || known.has(node.item);
    case 'rule':
      return known.has(node.rule.body);
    case 'machine':
      return node.machine.step(node.machine.start).accept;
    default:
      return false;
  }
}

function isLive(node: Node, known: ReadonlySet<Node>): boolean {
  switch (node.kind) {
    case 'chars':
      return node.points.length > 0;
    case 'sequence':
      return node.items.every((item) => known.has(item));
    case 'choice':
      return node.items.some((item) => known.has(item));
    case 'rule':
      return known.has(node.rule.body);
    case 'repeat':
      return node.min <= node.max && (node.min === 0 || known.has(node.item));
    case 'machine':
      return node.machine.prune(node.machine.items.map((item) => known.has(item)));
    default:
      return true;
  }
}

/** The same texts without the empty one. */
function nonEmpty(node: Node, nullable: ReadonlySet<Node>, filled: Map<Node, Node>): Node {
  if (!nullable.has(node)) return node;
  const known = filled.get(node);
  if (known !== undefined) return known;
  if (node.kind === 'rule') {
    const rule: Rule = { name: node.rule.name, body: nothing };
    const result = reference(rule);
    filled.set(node, result);
    rule.body = nonEmpty(node.rule.body, nullable, filled);
    return result;
  }
  let result: Node = nothing;
  if (node.kind === 'choice') result = choice(node.items.map((item) => nonEmpty(item, nullable, filled)));
  if (node.kind === 'repeat') {
    const inner = nonEmpty(node.item, nullable, filled);
    const min = nullable.has(node.item) ? 0 : Math.max(0, node.min - 1);
    result = node.max === 0 ? nothing : sequence(inner, repeat(inner, min, node.max - 1));
  }
  if (node.kind === 'sequence')
    result = choice(
      node.items.map((item, at) =>
        sequence(nonEmpty(item, nullable, filled), ...node.items.slice(at + 1), empty),
      ),
    );
  if (node.kind === 'machine') {
    const inner = node.machine;
    result = {
      kind: 'machine',
      machine: {
        ...inner,
        start: 'first',
        step: (state) =>
          state === 'first' ? { ...inner.step(inner.start), accept: false } : inner.step(state),
        length: (state, of) =>
          state === 'first'
            ? Math.min(
                ...inner.step(inner.start).edges.map(([item, next]) => of(item) + inner.length(next, of)),
              )
            : inner.length(state, of),
      },
    };
  }
  filled.set(node, result);
  return result;
}

function refuseLeftRecursion(nodes: ReadonlySet<Node>, nullable: ReadonlySet<Node>): void {
  const done = new Set<Node>();
  const open = new Set<Node>();
  for (const root of nodes) {
    const stack: { node: Node; rest: Node[] }[] = [];
    const enter = (node: Node): void => {
      if (done.has(node)) return;
      if (open.has(node)) {
        const names = [
          ...stack.slice(stack.findIndex((entry) => entry.node === node)).map((entry) => entry.node),
          node,
        ];
        const rules = names.flatMap((name) => (name.kind === 'rule' ? [name.rule.name] : []));
        if (rules[0] !== rules.at(-1)) rules.unshift(rules.at(-1)!);
        throw new GrammarFault(`left recursion: ${rules.join(' begins with ')}`);
      }
      open.add(node);
      stack.push({ node, rest: leftmost(node, nullable) });
    };
    enter(root);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const next = top.rest.pop();
      if (next !== undefined) {
        enter(next);
        continue;
      }
      stack.pop();
      open.delete(top.node);
      done.add(top.node);
    }
  }
}

function leftmost(node: Node, nullable: ReadonlySet<Node>): Node[] {
  if (node.kind === 'sequence') {
    const end = node.items.findIndex((item) => !nullable.has(item));
    return node.items.slice(0, end < 0 ? undefined : end + 1);
  }
  if (node.kind === 'machine') return node.machine.step(node.machine.start).edges.map(([item]) => item);
  return [...partsOf(node)];
}
