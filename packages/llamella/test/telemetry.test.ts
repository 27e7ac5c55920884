import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';
import { tinyGguf } from './support/tiny-gguf.ts';

const model = temporaryFolder().write('tiny.gguf', tinyGguf());
const packageFolder = fileURLToPath(new URL('..', import.meta.url));

const programs = {
  listDevices: `import { listDevices } from 'llamella'; console.log(listDevices().includes('cpu'));`,
  loadModel: `import { loadModel } from 'llamella';
    await using model = await loadModel(process.argv[1]);
    console.log(model.device === 'cpu');`,
};

test.each(Object.entries(programs))(
  '%s: ONNX Runtime leaves the command line alone and writes no file',
  async (_name, program) => {
    const { path } = temporaryFolder();
    const { ORT_DISABLE_TELEMETRY: _, XDG_CACHE_HOME: __, ...environment } = process.env;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        ...['--conditions=@llamella/source', '--disable-warning=ExperimentalWarning', '--input-type=module'],
        ...['--eval', program, model, 'a long question '.repeat(5000)],
      ],
      { cwd: packageFolder, env: { ...environment, NODE_OPTIONS: '', HOME: path, TMPDIR: path } },
    ).catch(({ signal, code, stderr }) => ({ stdout: `ended with ${signal ?? code}: ${stderr}` }));
    expect(stdout).toBe('true\n');
    expect(readdirSync(path, { recursive: true })).toEqual([]);
  },
);
