/** How many bits are set. */
export const bitCount = (value: bigint): number => value.toString(2).replaceAll('0', '').length;
