import { leastCosts } from '../dfa.ts';
import { type LengthOf, type Machine, machine, type Node, sequence, text } from '../grammar-node.ts';
import type { JsonSyntax } from '../json-text.ts';
import { type ArrayConstraint, itemAt } from './array-constraint.ts';
import { type Conditions, notCondition } from './atoms.ts';
import { bitCount } from './bit-count.ts';
import type { Normalizer } from './normalizer.ts';
import { unsupportedKeyword } from './schema-error.ts';

const mostUnique = 64;
const mostContains = 4;
const mostStates = 50_000;

export interface ArrayOptions {
  readonly syntax: JsonSyntax;
  readonly valueNode: (conditions: Conditions) => Node;
}

export function arrayNode(constraint: ArrayConstraint, normalizer: Normalizer, options: ArrayOptions): Node {
  const { syntax } = options;
  const isUnique = constraint.unique !== undefined && constraint.max > 1;
  const inner = isUnique ? uniqueMachine(constraint, normalizer, syntax) : itemsMachine(constraint, options);
  return sequence(text('['), machine(inner), syntax.space, text(']'));
}

/** The JSON texts of all values, when they are few. */
function textsOf(conditions: Conditions, normalizer: Normalizer): string[] | undefined {
  const texts = new Set<string>();
  for (const atom of normalizer.atoms(conditions)) {
    if (atom.type === 'array' || atom.type === 'object') return undefined;
    const values = 'constraint' in atom ? atom.constraint.values : [JSON.parse(atom.type) as unknown];
    if (values === undefined) return undefined;
    for (const value of values) texts.add(JSON.stringify(value));
  }
  return texts.size > mostUnique ? undefined : [...texts];
}

function uniqueMachine(
  constraint: ArrayConstraint,
  normalizer: Normalizer,
  { space, comma }: JsonSyntax,
): Machine {
  const { prefix, items, contains, min, max, unique } = constraint;
  const texts = prefix.length > 0 || contains.length > 0 ? undefined : textsOf(items, normalizer);
  if (texts === undefined)
    throw unsupportedKeyword(
      'uniqueItems',
      unique!,
      `a grammar can remember only items from an enum of at most ${mostUnique} simple values, with no prefixItems or contains`,
    );
  const values = texts.map(text);
  const first = values.map((node) => sequence(space, node));
  const later = values.map((node) => sequence(comma, node));
  return {
    items: first,
    start: '0',
    prune: () => texts.length >= min,
    length: (state, of) => {
      const used = BigInt(`0x${state}`);
      const count = bitCount(used);
      if (count >= min) return 0;
      const left = later.flatMap((node, at) =>
        (used >> BigInt(at)) & 1n ? [] : [[of(node), of(first[at]!)]],
      );
      left.sort(([one], [other]) => one! - other!);
      return left
        .slice(0, min - count)
        .reduce((sum, [asLater, asFirst], at) => sum + (count + at === 0 ? asFirst! : asLater!), 0);
    },
    step: (state) => {
      const used = BigInt(`0x${state}`);
      const count = bitCount(used);
      const edges = texts.flatMap((_, at): [Node, string][] => {
        const bit = 1n << BigInt(at);
        return count >= max || (used & bit) !== 0n
          ? []
          : [[(count === 0 ? first : later)[at]!, (used | bit).toString(16)]];
      });
      return { accept: count >= min, edges };
    },
  };
}

interface Option {
  readonly place: number;
  /** For each `contains`, whether this item counts for it. */
  readonly counts: readonly boolean[];
  readonly first: Node;
  readonly later: Node;
}

/** State: the index, and how many items were counted for each `contains`, as far as it makes a difference. */
function itemsMachine(constraint: ArrayConstraint, { syntax, valueNode }: ArrayOptions): Machine {
  const { prefix, contains, min, max } = constraint;
  if (contains.length > mostContains)
    throw unsupportedKeyword(
      'contains',
      contains[0]!.pointer,
      `more than ${mostContains} of them hold for one array`,
    );
  const options: Option[] = [];
  const bounded = max < Number.POSITIVE_INFINITY;
  const from = Math.max(0, ...contains.map((entry) => entry.from));
  for (let place = 0; place <= Math.max(prefix.length, from); place++)
    for (let subset = 0; subset < 2 ** contains.length; subset++) {
      const counts = contains.map((_, at) => ((subset >> at) & 1) === 1);
      if (counts.some((counted, at) => counted && place < contains[at]!.from)) continue;
      const value = itemAt(constraint, place).concat(
        contains.flatMap((entry, at) =>
          counts[at]
            ? entry.value
            : entry.max < Number.POSITIVE_INFINITY && place >= entry.from
              ? [notCondition(entry.value)]
              : [],
        ),
      );
      const node = valueNode(value);
      options.push({
        place,
        counts,
        first: sequence(syntax.space, node),
        later: sequence(syntax.comma, node),
      });
    }
  const lastPlace = Math.max(prefix.length, from);
  const indexCap = Math.max(lastPlace, min, bounded ? max : 0, 1);
  let alive = options.map(() => true);
  let live: ReadonlyMap<string, number> | undefined;
  const byPlace: number[][] = Array.from({ length: lastPlace + 1 }, () => []);
  for (const [at, { place }] of options.entries()) byPlace[place]!.push(at);
  const read = (state: string | number): number[] => String(state).split(':').map(Number);
  const next = (state: string | number): [number, string][] => {
    const [index, ...counts] = read(state) as [number, ...number[]];
    if (index >= max) return [];
    return byPlace[Math.min(index, lastPlace)]!.flatMap((at): [number, string][] => {
      if (!alive[at]) return [];
      const after = counts.map((count, of) => {
        const { min: least, max: most } = contains[of]!;
        return Math.min(
          count + (options[at]!.counts[of] ? 1 : 0),
          most < Number.POSITIVE_INFINITY ? most + 1 : least,
        );
      });
      if (after.some((count, of) => count > contains[of]!.max)) return [];
      return [[at, [Math.min(index + 1, indexCap), ...after].join(':')]];
    });
  };
  const accepts = (state: string | number): boolean => {
    const [index, ...counts] = read(state) as [number, ...number[]];
    return index >= min && counts.every((count, of) => count >= contains[of]!.min);
  };
  const start = [0, ...contains.map(() => 0)].join(':');
  /** Without `contains` only the end that a dead item sets matters. */
  const reach = (): number => {
    const dead = byPlace.findIndex((list) => !list.some((at) => alive[at]));
    return dead < 0 ? max : Math.min(max, dead);
  };
  const nodeAt = (state: string | number, at: number): Node =>
    String(state).startsWith('0') ? options[at]!.first : options[at]!.later;
  const lengths = new WeakMap<LengthOf, readonly number[]>();
  const searched = (of: LengthOf, state: string): number => {
    let known = lengths.get(of);
    if (known === undefined) {
      const states = [...live!.keys()];
      const costs = states.map((from) =>
        next(from).flatMap(([at, target]): [number, number][] =>
          live!.has(target) ? [[live!.get(target)!, of(nodeAt(from, at))]] : [],
        ),
      );
      lengths.set(of, (known = leastCosts(costs, states.map(accepts))));
    }
    return known[live!.get(state)!]!;
  };
  return {
    items: options.map(({ first }) => first),
    start,
    prune: (given) => {
      alive = [...given];
      if (contains.length === 0) return reach() >= min;
      live = liveStates(
        start,
        (state) => next(state).map(([, target]) => target),
        accepts,
        () =>
          unsupportedKeyword(
            'contains',
            contains[0]!.pointer,
            'its counts and those of the array are too large together',
          ),
      );
      return live.has(start);
    },
    length: (state, of) => {
      if (contains.length > 0) return searched(of, state as string);
      const [index] = read(state) as [number];
      let sum = 0;
      for (let place = index; place < min; ) {
        const nodes = byPlace[Math.min(place, lastPlace)]!.map((at) => options[at]!);
        const cost = Math.min(...nodes.map(({ first, later }) => of(place === 0 ? first : later)));
        const times = place > 0 && place >= lastPlace ? min - place : 1;
        sum += cost * times;
        place += times;
      }
      return sum;
    },
    step: (state) => ({
      accept: accepts(state),
      edges: next(state).flatMap(([at, target]): [Node, string][] =>
        live === undefined || live.has(target) ? [[nodeAt(state, at), target]] : [],
      ),
    }),
  };
}

/** The states from which an accepting one can be reached, each with its number. */
function liveStates(
  start: string,
  next: (state: string) => readonly string[],
  accepts: (state: string) => boolean,
  tooMany: () => Error,
): Map<string, number> {
  const users = new Map<string, string[]>([[start, []]]);
  for (const [state] of users)
    for (const target of next(state)) {
      const list = users.get(target);
      if (list !== undefined) list.push(state);
      else if (users.size >= mostStates) throw tooMany();
      else users.set(target, [state]);
    }
  const live = new Set([...users.keys()].filter(accepts));
  for (const state of live) for (const user of users.get(state)!) live.add(user);
  return new Map([...live].map((state, number) => [state, number]));
}
