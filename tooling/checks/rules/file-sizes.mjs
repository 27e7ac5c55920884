const largestBytes = 95_000_000;

/** Hosts of git repositories refuse files of 100 MB. */
export function checkFileSizes({ files, size }) {
  const problems = files
    .map((file) => ({ file, bytes: size(file) }))
    .filter(({ bytes }) => bytes > largestBytes)
    .map(({ file, bytes }) => `${file} has ${bytes} bytes, more than ${largestBytes}`);
  return [{ name: 'file sizes', problems }];
}
