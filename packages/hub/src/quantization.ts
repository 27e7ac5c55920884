const label =
  /(?:^|[-._/])((?:UD-|UD_)?(?:I?Q\d{1,2}(?:_\d+|_[KSMLX]+|_XX?S|_NL|_BF16)*|TQ\d_\d|MXFP4(?:_MOE)?|NVFP4|BF16|F16|F32|FP8|FP16|FP32))(?=$|[-._/])/gi;

/**
 * Name of the quantization in the name of a file, as llama.cpp and those who publish GGUF files write it: `Q4_K_M`,
 * `IQ2_XXS`, `UD-Q4_K_XL`, `BF16`. The last one in the file's own name counts, then one of its folder.
 *
 * @returns upper case; `undefined` when there is none
 */
export function quantizationOf(path: string): string | undefined {
  const parts = path.replace(/\.gguf$/i, '').split('/');
  for (const part of parts.reverse()) {
    const found = [...part.matchAll(label)].at(-1)?.[1];
    if (found !== undefined) return found.toUpperCase().replace(/^UD_/, 'UD-');
  }
  return undefined;
}

/** Whether a quantization has the name that somebody asked for; `q4-k-m` and `UD-`, left out, do not matter. */
export function isQuantization(name: string, wanted: string): boolean {
  const plain = (text: string) =>
    text
      .toUpperCase()
      .replaceAll('-', '_')
      .replace(/^FP(?=16|32)/, 'F');
  return plain(name) === plain(wanted) || plain(name) === `UD_${plain(wanted)}`;
}
