/** Measures WebGPU in headless Chromium, or in any browser that opens the address which `--serve` prints. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleSource } from '@llamella/browser-tests/src/bundle-source.ts';
import { llama8b, madeModel } from '@llamella/browser-tests/src/large-model/made-model.ts';
import { openBrowser } from '@llamella/browser-tests/src/open-browser.ts';
import { openPage, type PageContent, servePage } from '@llamella/browser-tests/src/open-page.ts';
import { softwareGpu } from '@llamella/browser-tests/src/parity/open-parity-page.ts';
import type { ServedFile } from '@llamella/browser-tests/src/serve.ts';
import { describeMachine, machineLine } from '../machine.ts';
import { positiveInteger, runMain } from '../main-program.ts';
import { runtimeFiles } from './candidates.ts';
import type { GpuRun } from './gpu-page.ts';
import { ggufModel } from './models.ts';

const profiles: GpuRun['profiles'] = ['webgpuProfile', 'webgpuHalfProfile', 'webgpuExactProfile'];
const usage = `usage: pnpm bench:webgpu [options]
  --model FILE      a GGUF file; by default the embedded model as Q4_0
  --shape-8b        instead, the shape of Llama 3.1 8B with made-up weights in Q4_0
  --only PROFILE    only this one (${profiles.join(', ')}); may be repeated
  --capture         each profile with recorded steps too
  --prompt N        tokens of the prompt, default 512
  --tokens N        tokens after it, default 64
  --runs N          of both, after one that is not counted, default 3
  --software        a GPU that Chromium computes on the processor, where there is none
  --flag FLAG       further one for Chromium, such as --flag=--use-angle=vulkan; may be repeated
  --serve           prints an address for a browser of your choice on this machine, and serves it until Ctrl-C`;

const longestMs = 3_600_000;
const log = (line: string) => console.error(line);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      'shape-8b': { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      capture: { type: 'boolean', default: false },
      prompt: { type: 'string', default: '512' },
      tokens: { type: 'string', default: '64' },
      runs: { type: 'string', default: '3' },
      flag: { type: 'string', multiple: true, default: [] },
      software: { type: 'boolean', default: false },
      serve: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const unknown = values.only.find((name) => !(profiles as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`--only: ${unknown} is none of ${profiles.join(', ')}`);
  const content = await pageContent(await model(values), {
    profiles: values.only.length === 0 ? profiles : profiles.filter((name) => values.only.includes(name)),
    capture: values.capture,
    promptTokens: positiveInteger('--prompt', values.prompt, 4096),
    generatedTokens: positiveInteger('--tokens', values.tokens, 1024),
    runs: positiveInteger('--runs', values.runs, 99),
  });
  if (values.serve) {
    const { origin } = await servePage(content);
    console.log(`open ${origin}/ in a browser; the page shows the table`);
    return;
  }
  log(machineLine(describeMachine()));
  const browser = await openBrowser([
    ...(values.software ? softwareGpu : ['--enable-unsafe-webgpu']),
    ...values.flag,
  ]);
  try {
    await using opened = await openPage(browser, content);
    opened.page.on('console', (message) => log(message.text()));
    console.log((await opened.finished(longestMs)).output);
  } finally {
    await browser.close();
  }
}

async function model(chosen: { readonly model?: string; readonly 'shape-8b': boolean }): Promise<ServedFile> {
  if (chosen['shape-8b']) return (await madeModel(llama8b, 1))[0]!;
  return { path: chosen.model ?? (await ggufModel(log)) };
}

async function pageContent(file: ServedFile, run: GpuRun): Promise<PageContent> {
  const files = new Map<string, ServedFile>([
    ['/model.gguf', file],
    ['/run.json', JSON.stringify(run)],
    ...(await runtimeFiles()),
  ]);
  return { script: await bundleSource(join(import.meta.dirname, 'gpu-page.ts')), files };
}

await runMain(main);
