import type { Budget } from './budget.ts';
import { isDict, isList, isText, isUndefined, type Value } from './engine.ts';
import { operate } from './operators.ts';

type Test = (value: Value, other: Value, budget: Budget) => boolean;

const compare =
  (operator: string): Test =>
  (value, other, budget) =>
    operate(operator, value, other, budget)!.value === true;
const isIterable: Test = (value) => isList(value) || isDict(value) || isText(value) || isUndefined(value);

/** Tests that the engine lacks, or has in part only. */
export const TESTS: Readonly<Record<string, Test>> = {
  eq: compare('=='),
  equalto: compare('=='),
  '==': compare('=='),
  ne: compare('!='),
  '!=': compare('!='),
  in: compare('in'),
  iterable: isIterable,
  sequence: isIterable,
};
