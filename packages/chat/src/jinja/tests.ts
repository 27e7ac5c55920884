import type { Budget } from './budget.ts';
import { contains, holds } from './compare.ts';
import type { Comparison } from './nodes.ts';
import { operate } from './operators.ts';
import { isLower, isUpper } from './string-methods.ts';
import {
  Callable,
  Dict,
  Float,
  fail,
  Loop,
  Namespace,
  orElse,
  Sequence,
  toNumber,
  Undefined,
  type Value,
} from './values.ts';
import { toText } from './write.ts';

type Test = (value: Value, args: readonly Value[], budget: Budget) => boolean;

const missingArgument = () => fail('the test needs an argument');

const compareBy =
  (operator: Comparison): Test =>
  (value, [other], budget) =>
    holds(operator, value, orElse(other, missingArgument), budget);

/** The rest of a division, which must be a number. */
const rest = (value: Value, divisor: Value, budget: Budget): number | undefined =>
  toNumber(
    typeof value === 'string'
      ? fail('not all arguments converted during string formatting')
      : operate('%', value, divisor, budget),
  );

const isIterable: Test = (value) =>
  typeof value === 'string' ||
  (typeof value === 'object' &&
    value !== null &&
    !(value instanceof Float || value instanceof Namespace || value instanceof Callable));

/** Jinja's tests, by name. */
export const TESTS: Readonly<Record<string, Test>> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  integer: (value) => typeof value === 'number',
  float: (value) => value instanceof Float,
  number: (value) => toNumber(value) !== undefined,
  string: (value) => typeof value === 'string',
  mapping: (value) => value instanceof Dict,
  iterable: isIterable,
  sequence: (value, args, budget) =>
    isIterable(value, args, budget) &&
    !(value instanceof Loop) &&
    !(value instanceof Sequence && value.kind !== 'range'),
  callable: (value) => value instanceof Callable || value instanceof Undefined || value instanceof Loop,
  lower: (value, _, budget) => isLower(toText(value, budget)),
  upper: (value, _, budget) => isUpper(toText(value, budget)),
  escaped: () => false,
  odd: (value, _, budget) => rest(value, 2, budget) === 1,
  even: (value, _, budget) => rest(value, 2, budget) === 0,
  divisibleby: (value, [divisor], budget) => rest(value, orElse(divisor, missingArgument), budget) === 0,
  sameas: (value, [other]) => value === orElse(other, missingArgument),
  in: (value, [container], budget) => contains(orElse(container, missingArgument), value, budget),
  eq: compareBy('=='),
  equalto: compareBy('=='),
  '==': compareBy('=='),
  ne: compareBy('!='),
  '!=': compareBy('!='),
  lt: compareBy('<'),
  lessthan: compareBy('<'),
  '<': compareBy('<'),
  le: compareBy('<='),
  '<=': compareBy('<='),
  gt: compareBy('>'),
  greaterthan: compareBy('>'),
  '>': compareBy('>'),
  ge: compareBy('>='),
  '>=': compareBy('>='),
};
