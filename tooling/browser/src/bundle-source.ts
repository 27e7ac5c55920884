import { dirname } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { guardedNodeImports } from './guarded-node-imports.ts';

/**
 * Bundles a program for a page or a worker from the sources of this workspace, so that no build is needed. The modules of
 * onnxruntime-web are served beside.
 *
 * @param program path of an ES module in TypeScript, or what esbuild takes in place of one
 */
export async function bundleSource(program: string | Pick<BuildOptions, 'stdin'>): Promise<string> {
  const result = await build({
    ...(typeof program === 'string' ? { entryPoints: [program], absWorkingDir: dirname(program) } : program),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@llamella/source', 'browser', 'import', 'module'],
    target: 'esnext',
    external: ['onnxruntime-web/*'],
    plugins: [guardedNodeImports],
    write: false,
  });
  return result.outputFiles![0]!.text;
}
