import type { Node } from '../grammar-node.ts';
import { type Conditions, notCondition } from './atoms.ts';
import { notNegatable } from './schema-error.ts';

export interface PatternProperty {
  readonly node: Node;
  readonly value: Conditions;
  readonly pointer: string;
}

/** The properties of one schema: what `additional` says holds for keys that this schema does not name. */
export interface PropertyLayer {
  readonly properties: ReadonlyMap<string, Conditions>;
  readonly patterns: readonly PatternProperty[];
  readonly additional: Conditions;
  readonly pointer: string;
}

/** What a JSON object has to be: every layer holds. */
export interface ObjectConstraint {
  readonly layers: readonly PropertyLayer[];
  readonly required: ReadonlySet<string>;
  readonly min: number;
  readonly max: number;
  readonly names: Conditions;
  readonly pointer: string;
}

export const anyObjectConstraint: ObjectConstraint = {
  layers: [],
  required: new Set(),
  min: 0,
  max: Number.POSITIVE_INFINITY,
  names: [],
  pointer: '',
};

export function bothObjects(left: ObjectConstraint, right: ObjectConstraint): ObjectConstraint | undefined {
  const joined: ObjectConstraint = {
    layers: [...left.layers, ...right.layers],
    required: new Set([...left.required, ...right.required]),
    min: Math.max(left.min, right.min),
    max: Math.min(left.max, right.max),
    names: [...left.names, ...right.names],
    pointer: left.pointer || right.pointer,
  };
  return joined.max < Math.max(joined.min, joined.required.size) ? undefined : joined;
}

/** An object constraint that says something of one property only. */
export function oneProperty(
  key: string,
  value: Conditions,
  required: boolean,
  pointer: string,
): ObjectConstraint {
  const layer: PropertyLayer = { properties: new Map([[key, value]]), patterns: [], additional: [], pointer };
  return { ...anyObjectConstraint, layers: [layer], required: new Set(required ? [key] : []), pointer };
}

/** Constraints that together allow what `constraint` does not. */
export function notObject({
  layers,
  required,
  min,
  max,
  names,
  pointer,
}: ObjectConstraint): ObjectConstraint[] {
  const result: ObjectConstraint[] = [];
  if (names.length > 0) throw notNegatable('propertyNames', pointer);
  if (min > 0) result.push({ ...anyObjectConstraint, max: min - 1, pointer });
  if (max < Number.POSITIVE_INFINITY) result.push({ ...anyObjectConstraint, min: max + 1, pointer });
  for (const key of required) result.push(oneProperty(key, [notCondition([])], false, pointer));
  for (const layer of layers) {
    const keyword = layer.additional.length > 0 ? 'additionalProperties' : 'patternProperties';
    if (layer.additional.length > 0 || layer.patterns.length > 0) throw notNegatable(keyword, layer.pointer);
    for (const [key, value] of layer.properties)
      if (value.length > 0) result.push(oneProperty(key, [notCondition(value)], true, layer.pointer));
  }
  return result;
}
