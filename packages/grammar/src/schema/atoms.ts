import { type ArrayConstraint, bothArrays, notArray } from './array-constraint.ts';
import { anyNumberConstraint, bothNumbers, type NumberConstraint, notNumber } from './number-constraint.ts';
import { anyObjectConstraint, bothObjects, notObject, type ObjectConstraint } from './object-constraint.ts';
import type { SchemaPlace } from './schema-document.ts';
import { anyStringConstraint, bothStrings, notString, type StringConstraint } from './string-constraint.ts';

/** A condition on a value: a schema, or that several conditions do not all hold. */
export type Condition =
  | { readonly key: string; readonly place: SchemaPlace }
  | { readonly key: string; readonly not: Conditions };

/** Conditions that all hold; none: any value. */
export type Conditions = readonly Condition[];

/** Values of one JSON type. A schema is a list of these, of which one has to hold. */
export type Atom =
  | { readonly type: 'null' | 'true' | 'false' }
  | { readonly type: 'number'; readonly constraint: NumberConstraint }
  | { readonly type: 'string'; readonly constraint: StringConstraint }
  | { readonly type: 'array'; readonly constraint: ArrayConstraint }
  | { readonly type: 'object'; readonly constraint: ObjectConstraint };

export const schemaCondition = (place: SchemaPlace): Condition => ({
  key: typeof place.schema === 'boolean' ? String(place.schema) : String(place.id),
  place,
});
export const notCondition = (conditions: Conditions): Condition => ({
  key: `!(${keyOf(conditions)})`,
  not: conditions,
});

/** The same key for the same conditions in any order. */
export const keyOf = (conditions: Conditions): string =>
  [...new Set(conditions.map(({ key }) => key))].sort().join();

export const anyAtoms: readonly Atom[] = [
  { type: 'null' },
  { type: 'true' },
  { type: 'false' },
  { type: 'number', constraint: anyNumberConstraint },
  { type: 'string', constraint: anyStringConstraint },
  {
    type: 'array',
    constraint: {
      prefix: [],
      items: [],
      min: 0,
      max: Number.POSITIVE_INFINITY,
      contains: [],
      unique: undefined,
    },
  },
  { type: 'object', constraint: anyObjectConstraint },
];

export function bothAtoms(left: Atom, right: Atom): Atom | undefined {
  if (left.type === 'number' && right.type === 'number')
    return atom('number', bothNumbers(left.constraint, right.constraint));
  if (left.type === 'string' && right.type === 'string')
    return atom('string', bothStrings(left.constraint, right.constraint));
  if (left.type === 'array' && right.type === 'array')
    return atom('array', bothArrays(left.constraint, right.constraint));
  if (left.type === 'object' && right.type === 'object')
    return atom('object', bothObjects(left.constraint, right.constraint));
  return left.type === right.type ? left : undefined;
}

function atom<T extends string, C>(
  type: T,
  constraint: C | undefined,
): { type: T; constraint: C } | undefined {
  return constraint === undefined ? undefined : { type, constraint };
}

/** What an atom does not allow. */
export function notAtom(given: Atom): Atom[] {
  const others = anyAtoms.filter(({ type }) => type !== given.type);
  switch (given.type) {
    case 'number':
      return [
        ...others,
        ...notNumber(given.constraint).map((constraint): Atom => ({ type: 'number', constraint })),
      ];
    case 'string':
      return [
        ...others,
        ...notString(given.constraint).map((constraint): Atom => ({ type: 'string', constraint })),
      ];
    case 'array':
      return [
        ...others,
        ...notArray(given.constraint).map((constraint): Atom => ({ type: 'array', constraint })),
      ];
    case 'object':
      return [
        ...others,
        ...notObject(given.constraint).map((constraint): Atom => ({ type: 'object', constraint })),
      ];
    default:
      return others;
  }
}
