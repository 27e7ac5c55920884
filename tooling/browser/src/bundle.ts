import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { guardedNodeImports } from './guarded-node-imports.ts';

/**
 * Bundles a program for the page as those who install the packages do: by the conditions `browser` and `import`, so
 * that packages of this workspace are their built files, not their sources.
 *
 * @param program ES module in TypeScript
 * @param folder where its imports are looked up from
 * @param conditions further ones, such as that of the sources
 * @returns one ES module
 * @throws {Error} naming the import that cannot be bundled for a browser
 */
export async function bundle(
  program: string,
  folder: string,
  plugins: readonly Plugin[] = [],
  conditions: readonly string[] = [],
): Promise<string> {
  const result = await build({
    stdin: { contents: program, resolveDir: folder, sourcefile: 'program.ts', loader: 'ts' },
    absWorkingDir: folder,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: [...conditions, 'browser', 'import', 'module'],
    target: 'esnext',
    write: false,
    logLevel: 'silent',
    plugins: [...plugins, guardedNodeImports],
  });
  return result.outputFiles[0]!.text;
}

/** The part of the page that keeps what is printed, as a classic script. */
export async function bundlePageRuntime(): Promise<string> {
  const result = await build({
    entryPoints: [join(import.meta.dirname, 'page-runtime.ts')],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'esnext',
    write: false,
  });
  return result.outputFiles[0]!.text;
}
