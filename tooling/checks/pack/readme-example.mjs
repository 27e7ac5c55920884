/** The first fenced block of a README marked as TypeScript, or undefined. */
export function readmeExample(markdown) {
  return /^```(?:ts|typescript)[^\n]*\n([\s\S]*?)^```\s*$/m.exec(markdown)?.[1];
}
