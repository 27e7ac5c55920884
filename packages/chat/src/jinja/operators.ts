import type { Budget } from './budget.ts';
import { formatPercent } from './format-text.ts';
import type { BinaryOperator } from './nodes.ts';
import { Float, fail, Tuple, toNumber, tuple, typeName, Undefined, type Value } from './values.ts';

const ROUTINES: Readonly<Record<BinaryOperator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => {
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  },
  '**': (a, b) => a ** b,
};

/** An integer result, which must be one that JavaScript can hold. */
export function integer(value: number): number {
  if (!Number.isSafeInteger(value)) fail('makes an integer of more than 53 bits, which is not supported');
  return value + 0;
}

/** Python's arithmetic, for numbers, texts, lists and tuples. */
export function operate(operator: BinaryOperator, left: Value, right: Value, budget: Budget): Value {
  const a = toNumber(left);
  const b = toNumber(right);
  if (a !== undefined && b !== undefined) return calculate(operator, a, b, left, right);
  if (left instanceof Undefined) fail(left.problem);
  if (operator === '%' && typeof left === 'string') return formatPercent(left, right, budget);
  if (right instanceof Undefined) fail(right.problem);
  if (operator === '+') {
    if (typeof left === 'string' && typeof right === 'string') return budget.concat(left, right);
    if (Array.isArray(left) && Array.isArray(right) && left instanceof Tuple === right instanceof Tuple) {
      budget.list(left.length + right.length);
      const items = [...left, ...right];
      return left instanceof Tuple ? tuple(items) : items;
    }
    if (typeof left === 'string') fail(`can only concatenate str (not "${typeName(right)}") to str`);
    if (Array.isArray(left))
      fail(`can only concatenate ${typeName(left)} (not "${typeName(right)}") to ${typeName(left)}`);
  }
  if (operator === '*') {
    if (isInteger(right) && isSequence(left)) return repeat(left, Number(right), budget);
    if (isInteger(left) && isSequence(right)) return repeat(right, Number(left), budget);
  }
  const name = operator === '**' ? '** or pow()' : operator;
  return fail(`unsupported operand type(s) for ${name}: '${typeName(left)}' and '${typeName(right)}'`);
}

const isInteger = (value: Value): boolean => typeof value === 'number' || typeof value === 'boolean';
const isSequence = (value: Value): value is string | Value[] =>
  typeof value === 'string' || Array.isArray(value);

function calculate(operator: BinaryOperator, a: number, b: number, left: Value, right: Value): Value {
  if (b === 0 && (operator === '/' || operator === '//' || operator === '%')) fail('division by zero');
  if (a === 0 && b < 0 && operator === '**') fail('0.0 cannot be raised to a negative power');
  const result = ROUTINES[operator](a, b);
  const isFloat = left instanceof Float || right instanceof Float;
  if (!isFloat && operator !== '/' && !(operator === '**' && b < 0)) return integer(result);
  if (operator === '**' && !Number.isFinite(result)) fail('the result of ** is not a finite real number');
  return new Float(result);
}

function repeat(value: string | Value[], times: number, budget: Budget): Value {
  const count = Math.max(0, times);
  if (typeof value === 'string') {
    budget.text(value.length * count);
    return value.repeat(count);
  }
  budget.list(value.length * count);
  const items: Value[] = [];
  for (let round = 0; round < count && value.length > 0; round++) for (const item of value) items.push(item);
  return value instanceof Tuple ? tuple(items) : items;
}

/** Python's slice of a list, as indices. */
export function sliceIndices(length: number, bounds: readonly (number | undefined)[]): number[] {
  const [start, stop, step = 1] = bounds;
  if (step === 0) fail('slice step cannot be zero');
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const clamp = (index: number) => Math.min(high, Math.max(low, index < 0 ? index + length : index));
  const first = start === undefined ? (step > 0 ? low : high) : clamp(start);
  const last = stop === undefined ? (step > 0 ? high : low) : clamp(stop);
  const indices: number[] = [];
  for (let index = first; step > 0 ? index < last : index > last; index += step) indices.push(index);
  return indices;
}
