import { readFileSync, writeFileSync } from 'node:fs';
import { keywordTable } from './keyword-table.ts';
import { runSuite } from './schema-suite.ts';

const file = new URL('../README.md', import.meta.url);
const readme = readFileSync(file, 'utf8');
const table = `<!-- keywords -->\n\n${keywordTable(runSuite())}\n\n<!-- /keywords -->`;
writeFileSync(
  file,
  readme.replace(/<!-- keywords -->[\s\S]*<!-- \/keywords -->/, () => table),
);
