/** Writes `label ... 1.2 s` to stderr around an action, so that stdout stays free for the program's own output. */
export async function reportStep(label, action) {
  process.stderr.write(`${label} ...`);
  const started = performance.now();
  const result = await action();
  process.stderr.write(` ${formatSeconds(performance.now() - started)}\n`);
  return result;
}

export function formatSeconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
