import type { Budget } from './budget.ts';
import { isDict, isList, isNull, isText, isUndefined, toValue, type Value } from './engine.ts';
import { toText } from './python-text.ts';

const isNumber = ({ value }: Value): boolean => typeof value === 'number' || typeof value === 'boolean';

/** Whether two values are equal, with all that is in them. */
function isEqual(left: Value, right: Value, budget: Budget): boolean {
  budget.spend(1);
  if (isNumber(left) && isNumber(right)) return Number(left.value) === Number(right.value);
  if ((isList(left) && isList(right)) || (isDict(left) && isDict(right))) {
    budget.spend((budget.measure(left) + budget.measure(right)) / 8);
    return toText(left) === toText(right);
  }
  return left.value === right.value && isNull(left) === isNull(right);
}

function isIn(item: Value, all: Value, budget: Budget): boolean {
  if (isList(all)) return all.value.some((other) => isEqual(item, other, budget));
  if (isUndefined(all)) return false;
  if (isText(item)) {
    if (isDict(all)) return all.value.has(item.value);
    if (isText(all)) {
      budget.spendSearch(all.value, item.value);
      return all.value.includes(item.value);
    }
  }
  throw new TypeError(`cannot look for ${item.type} in ${all.type}`);
}

/** Applies those operators in which the engine differs from Python. `undefined` leaves them to the engine. */
export function operate(operator: string, left: Value, right: Value, budget: Budget): Value | undefined {
  if (operator === '==' || operator === '!=')
    return toValue(isEqual(left, right, budget) === (operator === '=='));
  if (operator === 'in' || operator === 'not in')
    return toValue(isIn(left, right, budget) === (operator === 'in'));
  if (operator === '~') return toValue(toText(left) + toText(right));
  if (operator === '+' && isText(left) !== isText(right))
    throw new TypeError(`cannot add ${left.type} and ${right.type}`);
  if (operator === '*' && isText(left) && isNumber(right)) {
    const times = Math.max(0, Number(right.value));
    budget.checkSize(left.value.length * times);
    return toValue(left.value.repeat(times));
  }
  return undefined;
}
