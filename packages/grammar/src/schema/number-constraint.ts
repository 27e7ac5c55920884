import { type Dfa, dfaOfTexts, explore, isEmpty, nodeOfDfa } from '../dfa.ts';
import type { Node } from '../grammar-node.ts';
import { anyInteger, anyNumber, mostIntegerDigits } from '../json-text.ts';
import { type Decimal, decimalOf, isMultiple } from './decimal.ts';

export interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

/** What a JSON number has to be. */
export interface NumberConstraint {
  /** `true`: only integers; `false`: only numbers that are none. */
  readonly integer?: boolean | undefined;
  readonly lower?: Bound | undefined;
  readonly upper?: Bound | undefined;
  readonly multiples: readonly { readonly of: number; readonly is: boolean }[];
  /** Only these. */
  readonly values?: readonly number[] | undefined;
  readonly excluded: readonly number[];
}

export const anyNumberConstraint: NumberConstraint = { multiples: [], excluded: [] };
const mostDigits = 15;

export function bothNumbers(left: NumberConstraint, right: NumberConstraint): NumberConstraint | undefined {
  if (left.integer !== undefined && right.integer !== undefined && left.integer !== right.integer)
    return undefined;
  const tighter = (first: Bound | undefined, second: Bound | undefined, sign: number): Bound | undefined => {
    if (first === undefined || second === undefined) return first ?? second;
    const order = (first.value - second.value) * sign;
    return order > 0 || (order === 0 && first.exclusive) ? first : second;
  };
  const joined: NumberConstraint = {
    integer: left.integer ?? right.integer,
    lower: tighter(left.lower, right.lower, 1),
    upper: tighter(left.upper, right.upper, -1),
    multiples: [...left.multiples, ...right.multiples],
    values: left.values ?? right.values,
    excluded: [...left.excluded, ...right.excluded],
  };
  if (joined.values === undefined) return joined;
  const values = joined.values.filter((value) => allowsNumber(left, value) && allowsNumber(right, value));
  return values.length === 0 ? undefined : { ...anyNumberConstraint, values };
}

export function allowsNumber(constraint: NumberConstraint, value: number): boolean {
  const { integer, lower, upper, multiples, values, excluded } = constraint;
  return (
    (integer === undefined || Number.isInteger(value) === integer) &&
    (lower === undefined || value > lower.value || (!lower.exclusive && value === lower.value)) &&
    (upper === undefined || value < upper.value || (!upper.exclusive && value === upper.value)) &&
    multiples.every(({ of, is }) => isMultiple(value, of) === is) &&
    (values === undefined || values.includes(value)) &&
    !excluded.includes(value)
  );
}

/** Constraints that together allow what `constraint` does not. */
export function notNumber(constraint: NumberConstraint): NumberConstraint[] {
  const { integer, lower, upper, multiples, values, excluded } = constraint;
  const result: NumberConstraint[] = [];
  const add = (part: Partial<NumberConstraint>): unknown => result.push({ ...anyNumberConstraint, ...part });
  if (integer !== undefined) add({ integer: !integer });
  if (lower !== undefined) add({ upper: { value: lower.value, exclusive: !lower.exclusive } });
  if (upper !== undefined) add({ lower: { value: upper.value, exclusive: !upper.exclusive } });
  for (const { of, is } of multiples) add({ multiples: [{ of, is: !is }] });
  if (values !== undefined) add({ excluded: values });
  if (excluded.length > 0) add({ values: excluded });
  return result;
}

const isPlain = ({ lower, upper, multiples, values, excluded }: NumberConstraint): boolean =>
  lower === undefined &&
  upper === undefined &&
  multiples.length === 0 &&
  values === undefined &&
  excluded.length === 0;

/** @throws {TooLarge} */
export function isEmptyNumber(constraint: NumberConstraint): boolean {
  return constraint.values === undefined && !isPlain(constraint) && isEmpty(numberDfa(constraint));
}

/** @throws {TooLarge} */
export function numberNode(constraint: NumberConstraint): Node {
  if (constraint.values !== undefined)
    return nodeOfDfa(dfaOfTexts(constraint.values.map((value) => JSON.stringify(value))));
  if (isPlain(constraint) && constraint.integer !== false) return constraint.integer ? anyInteger : anyNumber;
  return nodeOfDfa(numberDfa(constraint));
}

/** How far a number was read; `compared` holds, for each bound, -1, 0 or 1 so far by magnitude. */
interface Reading {
  readonly phase: 'start' | 'sign' | 'zero' | 'whole' | 'point' | 'fraction';
  readonly negative: boolean;
  readonly whole: number;
  readonly fraction: number;
  readonly nonZero: boolean;
  readonly nonInteger: boolean;
  readonly compared: readonly number[];
  /** For each multiple, the remainder; -1 when digits follow that it cannot have. */
  readonly remainders: readonly number[];
}

const compareDigit = (digit: number, other: string | undefined): number =>
  Math.sign(digit - Number(other ?? '0'));

/** Decimal notation without an exponent, with at most 16 digits for integers and 15 for others. */
function numberDfa(constraint: NumberConstraint): Dfa {
  const { integer, lower, upper, multiples, excluded } = constraint;
  const bounds = [lower, upper, ...excluded.map((value): Bound => ({ value, exclusive: true }))];
  const decimals: Decimal[] = bounds.map((bound) => decimalOf(bound?.value ?? 0));
  const factors = multiples.map(({ of, is }) => {
    const { whole, fraction } = decimalOf(of);
    return { scaled: Number(whole + fraction), places: fraction.length, is };
  });
  const mostWhole = multiples.length > 0 ? mostDigits : mostIntegerDigits;
  const settled = (state: Reading): readonly number[] =>
    state.compared.map((order, at) => {
      if (state.phase === 'fraction')
        return order === 0 && state.fraction < decimals[at]!.fraction.length ? -1 : order;
      const length = decimals[at]!.whole.length;
      const wholeOrder = state.whole < length ? -1 : state.whole > length ? 1 : order;
      return wholeOrder;
    });
  const read = (state: Reading, digit: number): Reading => {
    const inFraction = state.phase === 'point' || state.phase === 'fraction';
    const place = inFraction ? state.fraction : state.whole;
    return {
      phase: inFraction ? 'fraction' : state.phase === 'whole' || digit > 0 ? 'whole' : 'zero',
      negative: state.negative,
      whole: state.whole + (inFraction ? 0 : 1),
      fraction: state.fraction + (inFraction ? 1 : 0),
      nonZero: state.nonZero || digit > 0,
      nonInteger: state.nonInteger || (inFraction && digit > 0),
      compared: state.compared.map((order, at) =>
        order !== 0 ? order : compareDigit(digit, decimals[at]![inFraction ? 'fraction' : 'whole'][place]),
      ),
      remainders: state.remainders.map((remainder, at) => {
        const { scaled, places } = factors[at]!;
        if (remainder < 0) return -1;
        if (inFraction && place >= places) return digit === 0 ? remainder : -1;
        return (remainder * 10 + digit) % scaled;
      }),
    };
  };
  const canEnd = ({ phase }: Reading): boolean =>
    phase === 'zero' || phase === 'whole' || phase === 'fraction';
  const start: Reading = {
    phase: 'start',
    negative: false,
    whole: 0,
    fraction: 0,
    nonZero: false,
    nonInteger: false,
    compared: decimals.map(() => 0),
    remainders: factors.map(() => 0),
  };
  return explore<Reading>(
    start,
    (state) => Object.values(state).join(';'),
    (state) => {
      const { phase, whole, fraction } = state;
      const result: [number, number, Reading][] = [];
      if (phase === 'start') result.push([0x2d, 0x2d, { ...state, phase: 'sign', negative: true }]);
      if ((phase === 'zero' || phase === 'whole') && integer !== true && whole < mostDigits)
        result.push([0x2e, 0x2e, { ...state, phase: 'point', compared: settled(state) }]);
      const room =
        phase === 'whole' ? whole < mostWhole : phase === 'zero' ? false : whole + fraction < mostDigits;
      if (room)
        for (let digit = 0; digit <= 9; digit++)
          result.push([0x30 + digit, 0x30 + digit, read(state, digit)]);
      return result;
    },
    (state) => {
      if (!canEnd(state) || (state.negative && !state.nonZero)) return false;
      if (integer !== undefined && state.nonInteger === integer) return false;
      const ended = settled(state).map((order, at) =>
        state.phase !== 'fraction' && order === 0 && decimals[at]!.fraction !== '' ? -1 : order,
      );
      const orders = ended.map((order, at) =>
        state.negative !== decimals[at]!.negative
          ? state.negative
            ? -1
            : 1
          : state.negative
            ? -order
            : order,
      );
      if (lower !== undefined && (orders[0]! < 0 || (orders[0] === 0 && lower.exclusive))) return false;
      if (upper !== undefined && (orders[1]! > 0 || (orders[1] === 0 && upper.exclusive))) return false;
      if (orders.slice(2).includes(0)) return false;
      return state.remainders.every((remainder, at) => {
        const { scaled, places, is } = factors[at]!;
        let rest = remainder;
        for (let place = Math.min(state.fraction, places); rest > 0 && place < places; place++)
          rest = (rest * 10) % scaled;
        return (rest === 0) === is;
      });
    },
  );
}
