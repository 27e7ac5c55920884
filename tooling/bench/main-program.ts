/** Reads the value of an option that is a whole number from 1 to `most`. @throws {Error} naming the option */
export function positiveInteger(option: string, value: string, most = 9_999_999): number {
  const number = Number(value);
  if (/^[1-9]\d*$/.test(value) && number <= most) return number;
  throw new Error(`${option}: a number from 1 to ${most}, not ${value}`);
}

/** Runs a program; of an error it prints the message alone. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
