import typescript from 'typescript';

const forbidden = new Set(['log', 'info', 'debug', 'dir', 'table', 'trace']);

/** Packages report through their return values, callbacks and errors; only apps print. */
export function checkConsole({ packages, read }) {
  const problems = packages
    .filter(({ folder, published }) => published && folder.startsWith('packages/'))
    .flatMap(({ folder, files }) =>
      files
        .filter((file) => /^src\/.*\.ts$/.test(file) && !file.includes('.test.'))
        .flatMap((file) =>
          consoleCalls(read(`${folder}/${file}`)).map(
            ({ line, method }) => `${folder}/${file}:${line}: console.${method}`,
          ),
        ),
    );
  return [{ name: 'packages print nothing', problems }];
}

/** Uses of printing console methods in code, not in comments or strings. */
export function consoleCalls(text) {
  const source = typescript.createSourceFile('source.ts', text, typescript.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    if (
      typescript.isPropertyAccessExpression(node) &&
      node.expression.getText() === 'console' &&
      forbidden.has(node.name.text)
    ) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ line: line + 1, method: node.name.text });
    }
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
