/**
 * Keeps ONNX Runtime from collecting usage data, which it does unless told otherwise: when its library is first used
 * it searches the command line with a regular expression whose recursion overflows the stack at a few thousand
 * characters, keeps a database in the home folder, and reports to its maker over the network.
 *
 * Has to be called before that first use. A value that the environment already has stays.
 */
export function disableTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
