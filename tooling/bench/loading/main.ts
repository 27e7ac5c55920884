import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { describeMachine, machineLine } from '../machine.ts';
import { generateGenai } from './generate-genai.ts';
import { generateGguf } from './generate-gguf.ts';
import { eightBillion } from './model-shape.ts';
import type { Resident } from './resident.ts';

interface Report {
  readonly loadMs: number;
  readonly firstTokenMs: number;
  readonly lastTokenMs: number;
  readonly tokens: number;
  readonly loading: Resident;
  readonly running: Resident;
  readonly loadingCpu: { readonly user: number; readonly system: number };
}

const usage = `pnpm bench:loading FOLDER [--layers N] [--genai] [--model PATH] [--keep]

Loads a model of the shape of Llama 3.1 8B with random weights twice, each time in a fresh process, and generates 16
tokens. FOLDER, outside of the clone, takes the model and the cache: about 12 GB.
  --layers N    fewer layers than 32
  --genai       4-bit weights in a folder of ONNX Runtime GenAI, instead of a GGUF file
  --model PATH  loads this model instead
  --keep        keeps the cache of the run before: both loads are then second loads`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    layers: { type: 'string', default: '32' },
    genai: { type: 'boolean' },
    model: { type: 'string' },
    keep: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const [folder] = positionals;
if (folder === undefined || values.help) {
  console.log(usage);
  process.exit(folder === undefined ? 1 : 0);
}

mkdirSync(folder, { recursive: true });
const name = `llama-${values.layers}-layers`;
const model = values.model ?? join(folder, values.genai ? name : `${name}.gguf`);
if (!existsSync(model)) {
  const generate = values.genai ? generateGenai : generateGguf;
  await generate(model, { ...eightBillion, layers: Number(values.layers) });
}
const cache = join(folder, 'cache');
if (!values.keep) rmSync(cache, { recursive: true, force: true });

console.log(machineLine(describeMachine()));
console.log(`model ${gigabytes(sizeOf(model))}`);
for (const round of ['first load', 'second load']) {
  const program = join(import.meta.dirname, 'child.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...process.execArgv,
    program,
    model,
    cache,
  ]);
  const {
    loadMs,
    firstTokenMs,
    lastTokenMs,
    tokens,
    loading,
    running,
    loadingCpu: cpu,
    ...rest
  }: Report = JSON.parse(stdout);
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  console.log(
    [
      `${round}: loaded ${seconds(loadMs)}, first token ${seconds(firstTokenMs)}, ${tokens} tokens ${seconds(lastTokenMs)}`,
      `  loading: processor time ${cpu.user.toFixed(1)} s, and ${cpu.system.toFixed(1)} s in the system`,
      `  loading: peak ${gigabytes(loading.peak)}, anonymous ${gigabytes(loading.anonymous)}, mapped ${gigabytes(loading.file)}`,
      `  running: peak ${gigabytes(running.peak)}, anonymous ${gigabytes(running.anonymous)}, mapped ${gigabytes(running.file)}`,
      `  ${JSON.stringify(rest)}`,
    ].join('\n'),
  );
}
console.log(`cache ${gigabytes(sizeOf(cache))}`);

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function sizeOf(path: string): number {
  const status = statSync(path);
  if (!status.isDirectory()) return status.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
