/**
 * Measures how far the default model's output is from PyTorch's, on 4,096 tokens of WikiText-2, in both modes.
 *
 * `--reference FILE`: float32 log-probabilities `[4096, 49152]` as `tooling/reference/model_smollm2_golden.py --full`
 * writes them. With them the divergence is the true one; without, a lower bound of it from the committed golden.
 */
import { open, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { compareWithGolden, summarizeDivergence, trueKl } from '@llamella/reference/divergence';
import { readTeacherForced } from '@llamella/reference/read-golden';
import { loadModel } from 'llamella';

const { values } = parseArgs({ options: { reference: { type: 'string' } } });
const golden = readTeacherForced(
  await readFile(new URL('../reference/golden/smollm2-teacher-forced.bin', import.meta.url)),
);
const rowBytes = golden.vocabularySize * Float32Array.BYTES_PER_ELEMENT;
const tokens = Uint32Array.from(golden.tokens.subarray(0, golden.positions));

console.log(
  `| mode | mean KL${values.reference ? '' : ', lower bound'} | top-1 agreement | perplexity | PyTorch's |`,
);
console.log('|---|---:|---:|---:|---:|');
for (const exact of [false, true]) {
  await using model = await loadModel(undefined, { exact });
  const positions: ReturnType<typeof compareWithGolden>[] = [];
  const kept: Float32Array[] = [];
  await model.engine.forEachLogits(tokens, (logits, position) => {
    positions.push(compareWithGolden(golden.position(position), logits));
    if (values.reference) kept.push(logits.slice());
  });
  const { meanKl, topAgreement, meanNll, meanReferenceNll } = summarizeDivergence(positions);
  const divergence = values.reference ? await meanTrueKl(values.reference, kept) : meanKl;
  console.log(
    `| ${exact ? '`exact`' : 'default'} | ${divergence.toExponential(1)} | ${(100 * topAgreement).toFixed(2)} % | ` +
      `${Math.exp(meanNll).toFixed(3)} | ${Math.exp(meanReferenceNll).toFixed(3)} |`,
  );
}

async function meanTrueKl(path: string, logits: readonly Float32Array[]): Promise<number> {
  await using file = await open(path);
  const row = new Float32Array(golden.vocabularySize);
  let sum = 0;
  for (const [position, actual] of logits.entries()) {
    await file.read(new Uint8Array(row.buffer), 0, rowBytes, position * rowBytes);
    sum += trueKl(row, actual);
  }
  return sum / logits.length;
}
