import { allCodePoints } from './code-points.ts';
import { type Dfa, explore, split, TooLarge } from './dfa.ts';
import { chars, type Node, repeat, sequence } from './grammar-node.ts';

const mostPlaces = 50_000;

interface Place {
  readonly points?: readonly number[];
  readonly at?: 'start' | 'end';
  readonly targets: number[];
}

/**
 * The automaton of a regular expression's node.
 *
 * @param anywhere whether the expression may match any part of a text, as JSON schema has it
 * @throws {TooLarge}
 */
export function dfaOfNode(node: Node, anywhere: boolean): Dfa {
  const anything = repeat(chars(allCodePoints), 0);
  const places: Place[] = [];
  const add = (place: Place): number => {
    if (places.length >= mostPlaces) throw new TooLarge();
    return places.push(place) - 1;
  };
  const end = add({ targets: [] });
  /** Adds a node whose match goes on at `next`; returns where it begins. */
  const build = (part: Node, next: number): number => {
    switch (part.kind) {
      case 'chars':
        return add({ points: part.points, targets: [next] });
      case 'text': {
        let first = next;
        for (const character of Array.from(part.text).reverse()) {
          const point = character.codePointAt(0)!;
          first = add({ points: [point, point], targets: [first] });
        }
        return first;
      }
      case 'sequence':
        return part.items.reduceRight((following, item) => build(item, following), next);
      case 'choice':
        return add({ targets: part.items.map((item) => build(item, next)) });
      case 'assert':
        return add({ at: part.at, targets: [next] });
      case 'repeat': {
        let first = next;
        if (part.max === Number.POSITIVE_INFINITY) {
          first = add({ targets: [next] });
          places[first]!.targets.push(build(part.item, first));
        } else
          for (let count = part.min; count < part.max; count++)
            first = add({ targets: [next, build(part.item, first)] });
        for (let count = 0; count < part.min; count++) first = build(part.item, first);
        return first;
      }
      default:
        throw new TypeError(`a regular expression cannot hold ${part.kind}`);
    }
  };
  const start = build(anywhere ? sequence(anything, node, anything) : node, end);
  const close = (from: readonly number[], at?: 'start' | 'end'): number[] => {
    const seen = new Set(from);
    for (const place of seen) {
      const { points, at: needs, targets } = places[place]!;
      if (points === undefined && (needs === undefined || needs === at))
        for (const target of targets) seen.add(target);
    }
    return [...seen];
  };
  const keep = (from: readonly number[], at?: 'start'): readonly number[] =>
    close(from, at)
      .filter((place) => places[place]!.points !== undefined || places[place]!.at === 'end' || place === end)
      .sort((left, right) => left - right);
  const empty = closeEmpty([start]);
  function closeEmpty(from: readonly number[]): boolean {
    const seen = new Set(from);
    for (const place of seen)
      if (places[place]!.points === undefined) for (const target of places[place]!.targets) seen.add(target);
    return seen.has(end);
  }
  const beginning = keep([start], 'start');
  return explore(
    beginning,
    (state) => (state === beginning ? 'start' : state.join()),
    (state) => {
      const lists = state.flatMap((place) => {
        const { points, targets } = places[place]!;
        return points === undefined ? [] : [triples(points, targets[0]!)];
      });
      const pieces = split(lists);
      return pieces.flatMap(([first, last]) => {
        const targets = lists.flatMap((list) => {
          for (let at = 0; at < list.length; at += 3)
            if (first >= list[at]! && first <= list[at + 1]!) return [list[at + 2]!];
          return [];
        });
        return targets.length === 0 ? [] : [[first, last, keep(targets)] as const];
      });
    },
    (state) => (state === beginning ? empty : close(state, 'end').includes(end)),
  );
}

const patterns = new WeakMap<Node, Dfa>();

/** The texts in which an expression matches anywhere, made once for each node. @throws {TooLarge} */
export function dfaOfPattern(node: Node): Dfa {
  let dfa = patterns.get(node);
  if (dfa === undefined) patterns.set(node, (dfa = dfaOfNode(node, true)));
  return dfa;
}

function triples(points: readonly number[], target: number): number[] {
  const result: number[] = [];
  for (let at = 0; at < points.length; at += 2) result.push(points[at]!, points[at + 1]!, target);
  return result;
}
