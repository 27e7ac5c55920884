import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Measurement, MeasurementRequest } from './measurement.ts';

const limitMs = 10 * 60_000;

/**
 * Measures in a fresh process, under the same Node flags as this one.
 *
 * @throws {Error} with what the process printed, when it fails
 */
export async function runChild(request: MeasurementRequest): Promise<Measurement> {
  const script = join(import.meta.dirname, 'child.ts');
  const child = spawn(process.execPath, [...process.execArgv, script, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: limitMs,
  });
  const exited = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? String(code)));
  });
  const [result, output, errors, status] = await Promise.all([
    text(child.stdio[3] as Readable),
    text(child.stdout!),
    text(child.stderr!),
    exited,
  ]);
  if (status !== '0' || result === '')
    throw new Error(
      `${request.candidate}, ${request.scenario.name}: the process ended with ${status}\n${output}${errors}`,
    );
  return JSON.parse(result) as Measurement;
}
