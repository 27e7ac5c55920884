import type { UserConfig } from 'vite';

const output = {
  // Models keep their names: splits find one another by them.
  assetFileNames: ({ names }: { readonly names: readonly string[] }) =>
    names.some((name) => name.endsWith('.gguf')) ? 'models/[name][extname]' : 'assets/[name]-[hash][extname]',
  chunkFileNames: 'assets/[name]-[hash].js',
};
// What compiled WebAssembly imports in Node only, behind a test for it.
const external = ['module', 'worker_threads'];

/** How programs are bundled: the page's, and those of its workers. */
export const bundling = {
  base: './',
  // Packages of this workspace are their sources, so that nothing has to be built before.
  resolve: { conditions: ['@llamella/source', 'module', 'browser', 'development|production'] },
  worker: {
    format: 'es',
    rolldownOptions: { output: { ...output, entryFileNames: output.chunkFileNames }, external },
  },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { output, external },
  },
} as const satisfies UserConfig;
