/** What a model of one's own files is called until it says its name: its file, or its folder. */
export function labelFiles(files: readonly Pick<File, 'name' | 'webkitRelativePath'>[]): string {
  const first = files[0];
  if (first === undefined) return 'No files';
  if (files.length === 1) return first.name;
  const folder = first.webkitRelativePath.split('/')[0];
  if (folder) return folder;
  const model = files.find(({ name }) => /\.(?:gguf|safetensors|onnx)$/i.test(name));
  return `${(model ?? first).name} and ${files.length - 1} more`;
}
