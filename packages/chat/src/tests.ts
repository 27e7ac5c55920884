/** Tests that stand for an operator; `in` and the operators themselves are tests too. */
export const TEST_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['eq', '=='],
  ['equalto', '=='],
  ['ne', '!='],
]);
