import type { Budget } from './budget.ts';
import type { Comparison } from './nodes.ts';
import { compareText } from './text.ts';
import {
  Dict,
  Float,
  fail,
  type Key,
  Sequence,
  Tuple,
  toKey,
  toNumber,
  typeName,
  Undefined,
  type Value,
} from './values.ts';
import { checkDepth } from './write.ts';

/** Python's `==`. */
export function equals(left: Value, right: Value, budget: Budget, depth = 0): boolean {
  checkDepth(depth);
  budget.spend(1 / 4);
  if (typeof left === 'string' || typeof right === 'string') {
    if (typeof left === 'string' && typeof right === 'string')
      budget.read(Math.min(left.length, right.length));
    return left === right;
  }
  if (left === right) return !(left instanceof Float) || !Number.isNaN(left.value);
  const a = toNumber(left);
  if (a !== undefined) return a === toNumber(right);
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left instanceof Tuple === right instanceof Tuple &&
      left.length === right.length &&
      left.every((item, index) => equals(item, right[index]!, budget, depth + 1))
    );
  }
  if (left instanceof Dict) {
    if (!(right instanceof Dict) || left.size !== right.size) return false;
    for (const [key, item] of left) {
      const other = right.get(key);
      if (other === undefined || !equals(item, other, budget, depth + 1)) return false;
    }
    return true;
  }
  if (
    left instanceof Sequence &&
    right instanceof Sequence &&
    left.kind === right.kind &&
    left.kind !== 'generator'
  )
    return equals([...left.items], [...right.items], budget, depth + 1);
  return left instanceof Undefined && right instanceof Undefined;
}

/** Below zero, zero or above, as Python orders the values. @throws {TemplateRuntimeError} when it does not */
export function compare(left: Value, right: Value, budget: Budget, operator = '<', depth = 0): number {
  checkDepth(depth);
  budget.spend(1);
  const a = toNumber(left);
  const b = toNumber(right);
  if (a !== undefined && b !== undefined) return a === b ? 0 : a < b ? -1 : a > b ? 1 : Number.NaN;
  if (typeof left === 'string' && typeof right === 'string') {
    budget.read(Math.min(left.length, right.length));
    return compareText(left, right);
  }
  if (Array.isArray(left) && Array.isArray(right) && left instanceof Tuple === right instanceof Tuple) {
    const index = left.findIndex(
      (item, position) => position >= right.length || !equals(item, right[position]!, budget, depth + 1),
    );
    if (index < 0 || index >= right.length) return left.length - right.length;
    return compare(left[index]!, right[index]!, budget, operator, depth + 1);
  }
  if (left instanceof Undefined) fail(left.problem);
  if (right instanceof Undefined) fail(right.problem);
  return fail(
    `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
  );
}

/** Python's `in`. */
export function contains(container: Value, item: Value, budget: Budget): boolean {
  if (typeof container === 'string') {
    if (item instanceof Undefined) fail(item.problem);
    if (typeof item !== 'string')
      fail(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    budget.search(container, item as string);
    return container.includes(item as string);
  }
  if (container instanceof Dict) {
    if (item instanceof Undefined) return false;
    return lookUp(container, toKey(item)) !== undefined;
  }
  if (container === null || typeof container !== 'object' || container instanceof Float)
    return fail(`argument of type '${typeName(container)}' is not iterable`);
  return budget.iterate(container).some((entry) => equals(entry, item, budget));
}

/** The entry of a dict; 1 and true are one key, as in Python. */
export function lookUp(dict: Dict, key: Key): Value | undefined {
  const found = dict.get(key);
  if (found !== undefined || typeof key === 'string' || key === null) return found;
  if (typeof key === 'boolean') return dict.get(Number(key));
  return key === 0 || key === 1 ? dict.get(key === 1) : undefined;
}

/** The result of one comparison operator. */
export function holds(operator: Comparison, left: Value, right: Value, budget: Budget): boolean {
  switch (operator) {
    case '==':
      return equals(left, right, budget);
    case '!=':
      return !equals(left, right, budget);
    case 'in':
      return contains(right, left, budget);
    case 'not in':
      return !contains(right, left, budget);
    case '<':
      return compare(left, right, budget, operator) < 0;
    case '<=':
      return compare(left, right, budget, operator) <= 0;
    case '>':
      return compare(left, right, budget, operator) > 0;
    case '>=':
      return compare(left, right, budget, operator) >= 0;
  }
}
