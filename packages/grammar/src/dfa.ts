import { type CodePoints, normalize } from './code-points.ts';
import { chars, type LengthOf, type Machine, type Node } from './grammar-node.ts';

/**
 * A deterministic automaton over code points, its start at 0. Edges are triples of first, last and target. Every
 * state but perhaps the start leads to an accepting one.
 */
export interface Dfa {
  readonly edges: readonly (readonly number[])[];
  readonly accept: readonly boolean[];
}

/** An automaton would need more states than it may have. */
export class TooLarge extends Error {}

export const mostDfaStates = 40_000;

/** Builds the automaton whose states are found from a first one by following edges. */
export function explore<S>(
  start: S,
  key: (state: S) => string | number,
  edgesOf: (state: S) => readonly (readonly [first: number, last: number, target: S])[],
  accepts: (state: S) => boolean,
  limit = mostDfaStates,
): Dfa {
  const numbers = new Map([[key(start), 0]]);
  const states = [start];
  const edges: number[][] = [];
  for (let at = 0; at < states.length; at++) {
    const list: number[] = [];
    for (const [first, last, target] of edgesOf(states[at]!)) {
      const name = key(target);
      let number = numbers.get(name);
      if (number === undefined) {
        if (states.length >= limit) throw new TooLarge();
        numbers.set(name, (number = states.length));
        states.push(target);
      }
      list.push(first, last, number);
    }
    edges.push(list);
  }
  return trim({ edges, accept: states.map(accepts) });
}

/** Cuts off what leads to no accepting state. */
function trim({ edges, accept }: Dfa): Dfa {
  const users: number[][] = accept.map(() => []);
  edges.forEach((list, state) => {
    for (let at = 2; at < list.length; at += 3) users[list[at]!]!.push(state);
  });
  const live = new Set(accept.flatMap((accepting, state) => (accepting ? [state] : [])));
  for (const state of live) for (const user of users[state]!) live.add(user);
  if (live.size === accept.length) return { edges, accept };
  const kept = [0, ...[...live].filter((state) => state !== 0).sort((left, right) => left - right)];
  const numbers = new Map(kept.map((state, number) => [state, number]));
  return {
    accept: kept.map((state) => accept[state]!),
    edges: kept.map((state) => {
      const list: number[] = [];
      for (let at = 0; at < edges[state]!.length; at += 3) {
        const target = edges[state]![at + 2]!;
        if (live.has(target)) list.push(edges[state]![at]!, edges[state]![at + 1]!, numbers.get(target)!);
      }
      return list;
    }),
  };
}

export const isEmpty = ({ edges, accept }: Dfa): boolean => !accept[0] && edges[0]!.length === 0;

const sink = -1;

/**
 * The texts that are in both (`and`), in at least one (`or`) or in the left one only (`minus`).
 *
 * @throws {TooLarge}
 */
export function combine(left: Dfa, right: Dfa, how: 'and' | 'or' | 'minus'): Dfa {
  const edgesOf = (dfa: Dfa, state: number): readonly number[] => (state === sink ? [] : dfa.edges[state]!);
  const accepts = (dfa: Dfa, state: number): boolean => state !== sink && dfa.accept[state]!;
  return explore<readonly [number, number]>(
    [0, 0],
    ([first, second]) => first * 0x1000000 + second,
    ([first, second]) => {
      const lefts = edgesOf(left, first);
      const rights = edgesOf(right, second);
      const pieces = split([lefts, rights]);
      const result: [number, number, [number, number]][] = [];
      for (const [from, to] of pieces) {
        const target: [number, number] = [targetOf(lefts, from), targetOf(rights, from)];
        if (target[0] === sink && (how !== 'or' || target[1] === sink)) continue;
        if (target[1] === sink && how === 'and') continue;
        result.push([from, to, target]);
      }
      return result;
    },
    ([first, second]) => {
      const inLeft = accepts(left, first);
      const inRight = accepts(right, second);
      return how === 'and' ? inLeft && inRight : how === 'or' ? inLeft || inRight : inLeft && !inRight;
    },
  );
}

function targetOf(edges: readonly number[], value: number): number {
  for (let at = 0; at < edges.length; at += 3)
    if (value >= edges[at]! && value <= edges[at + 1]!) return edges[at + 2]!;
  return sink;
}

/** Cuts ranges where any of them begins or ends. */
export function split(lists: readonly (readonly number[])[]): [number, number][] {
  const cuts = new Set<number>();
  for (const list of lists)
    for (let at = 0; at < list.length; at += 3) cuts.add(list[at]!).add(list[at + 1]! + 1);
  const sorted = [...cuts].sort((left, right) => left - right);
  return sorted.slice(1).map((cut, at) => [sorted[at]!, cut - 1]);
}

/** The automaton of a finite set of texts. */
export function dfaOfTexts(texts: Iterable<string>): Dfa {
  const edges: number[][] = [[]];
  const accept = [false];
  const targets = new Map<number, number>();
  for (const value of texts) {
    let state = 0;
    for (const character of value) {
      const point = character.codePointAt(0)!;
      const key = state * 0x110000 + point;
      let next = targets.get(key);
      if (next === undefined) {
        next = accept.length;
        edges.push([]);
        accept.push(false);
        edges[state]!.push(point, point, next);
        targets.set(key, next);
      }
      state = next;
    }
    accept[state] = true;
  }
  return { edges, accept };
}

export function accepts({ edges, accept }: Dfa, value: string): boolean {
  let state = 0;
  for (const character of value) {
    state = targetOf(edges[state]!, character.codePointAt(0)!);
    if (state === sink) return false;
  }
  return accept[state]!;
}

const loopPoints = new WeakMap<readonly number[], CodePoints>();

/** The characters that leave a state as it is. */
function loops({ edges }: Dfa, state: number): CodePoints {
  const list = edges[state]!;
  let points = loopPoints.get(list);
  if (points === undefined) {
    const ranges: number[] = [];
    for (let at = 0; at < list.length; at += 3)
      if (list[at + 2] === state) ranges.push(list[at]!, list[at + 1]!);
    loopPoints.set(list, (points = normalize(ranges)));
  }
  return points;
}

/**
 * For each state, the least cost of a way to an accepting one.
 *
 * @param edges for each state, where it leads and at what cost
 */
export function leastCosts(
  edges: readonly (readonly (readonly [target: number, cost: number])[])[],
  accept: readonly boolean[],
): readonly number[] {
  const users: [state: number, cost: number][][] = accept.map(() => []);
  edges.forEach((list, state) => {
    for (const [target, cost] of list) users[target]!.push([state, cost]);
  });
  const result = accept.map((accepting) => (accepting ? 0 : Number.POSITIVE_INFINITY));
  const queue = accept.flatMap((accepting, state) => (accepting ? [state] : []));
  for (const state of queue)
    for (const [user, cost] of users[state]!) {
      const total = result[state]! + cost;
      if (total >= result[user]!) continue;
      result[user] = total;
      queue.push(user);
    }
  return result;
}

/** For each state, the least number of characters to an accepting one. */
export const distances = ({ edges, accept }: Dfa): readonly number[] =>
  leastCosts(
    edges.map((list) => list.flatMap((target, at) => (at % 3 === 2 ? [[target, 1] as const] : []))),
    accept,
  );

const countFactor = 0x200000;
/** Where characters are counted, those that take the fewest come first: more than the tokens of any text. */
const characterCost = 2 ** 26;

/**
 * A node that matches the texts of an automaton of at most `max` characters, each written as `form` says. Its states
 * are those of the automaton, each with the count so far where there is a maximum.
 */
export function nodeOfDfa(
  dfa: Dfa,
  form: (points: CodePoints) => Node = chars,
  max: number = Number.POSITIVE_INFINITY,
): Node {
  const steps = new Map<number, readonly (readonly [Node, number])[]>();
  const counted = max !== Number.POSITIVE_INFINITY;
  const least = counted ? distances(dfa) : [];
  const edgesOf = (state: number): readonly (readonly [Node, number])[] => {
    let edges = steps.get(state);
    if (edges === undefined) {
      const byTarget = new Map<number, number[]>();
      const list = dfa.edges[state]!;
      for (let at = 0; at < list.length; at += 3) {
        const ranges = byTarget.get(list[at + 2]!);
        if (ranges === undefined) byTarget.set(list[at + 2]!, [list[at]!, list[at + 1]!]);
        else ranges.push(list[at]!, list[at + 1]!);
      }
      edges = Array.from(byTarget, ([target, ranges]) => [form(normalize(ranges)), target] as const);
      steps.set(state, edges);
    }
    return edges;
  };
  const read = (state: string | number): [state: number, count: number] =>
    counted
      ? [Math.floor((state as number) / countFactor), (state as number) % countFactor]
      : [state as number, 0];
  const lengths = new WeakMap<LengthOf, readonly number[]>();
  const lengthsBy = (of: LengthOf): readonly number[] => {
    let known = lengths.get(of);
    if (known === undefined) {
      const extra = counted ? characterCost : 0;
      const costs = dfa.edges.map((list, state) => {
        const least = new Map<number, number>();
        // A plain letter is written as it is, in one token as a rule: then no node has to be made.
        for (let at = 0; at < list.length; at += 3) {
          const letter = Math.max(list[at]!, list[at]! > 0x5b ? 0x5d : 0x23);
          const isPlain = letter <= Math.min(list[at + 1]!, 0x7e);
          if (!least.has(list[at + 2]!) && isPlain && of(chars([letter, letter])) === 1)
            least.set(list[at + 2]!, 1 + extra);
        }
        if (list.some((target, at) => at % 3 === 2 && !least.has(target)))
          for (const [node, target] of edgesOf(state))
            if (!least.has(target)) least.set(target, of(node) + extra);
        return [...least];
      });
      lengths.set(of, (known = leastCosts(costs, dfa.accept)));
    }
    return known;
  };
  const machine: Machine = {
    items: [],
    start: 0,
    prune: () => !isEmpty(dfa) && !(counted && least[0]! > max),
    loop: (given) => {
      const [state, count] = read(given);
      const points = loops(dfa, state);
      return points.length === 0 ? undefined : { points, room: counted ? max - count - least[state]! : max };
    },
    length: (given, of) => {
      const [state, count] = read(given);
      const cost = lengthsBy(of)[state]!;
      if (!counted) return cost;
      return count + Math.floor(cost / characterCost) > max ? Number.POSITIVE_INFINITY : cost % characterCost;
    },
    step: (given) => {
      const [state, count] = read(given);
      const edges = edgesOf(state);
      return {
        accept: dfa.accept[state]!,
        edges: !counted
          ? edges
          : edges.flatMap(([node, target]): [Node, number][] =>
              count + 1 + least[target]! > max ? [] : [[node, target * countFactor + count + 1]],
            ),
      };
    },
  };
  return { kind: 'machine', machine };
}
