/** The exact decimal digits of the shortest text of a number. */
export interface Decimal {
  readonly negative: boolean;
  /** Without leading zeros, at least "0". */
  readonly whole: string;
  /** Without trailing zeros. */
  readonly fraction: string;
}

export function decimalOf(value: number): Decimal {
  const [, sign, head, tail = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(
    String(value),
  )!;
  const shift = Number(power);
  let digits = head! + tail;
  let point = head!.length + shift;
  if (point <= 0) {
    digits = '0'.repeat(1 - point) + digits;
    point = 1;
  }
  digits = digits.padEnd(point, '0');
  return {
    negative: sign === '-' && value !== 0,
    whole: digits.slice(0, point).replace(/^0+(?=\d)/, ''),
    fraction: digits.slice(point).replace(/0+$/, ''),
  };
}

/** Whether `value` is `factor` times an integer, in exact decimals. */
export function isMultiple(value: number, factor: number): boolean {
  const left = decimalOf(value);
  const right = decimalOf(factor);
  const scale = Math.max(left.fraction.length, right.fraction.length);
  const scaled = ({ whole, fraction }: Decimal): bigint => BigInt(whole + fraction.padEnd(scale, '0'));
  return scaled(left) % scaled(right) === 0n;
}
