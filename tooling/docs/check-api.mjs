// Prints `[{ name, problems }]` as JSON: for each package what lacks a docstring, and links that lead nowhere.
import { documentedPackages } from './documented-packages.mjs';
import { problemsByPackage } from './problems.mjs';
import { readReference } from './reference.mjs';

const packages = documentedPackages();
const { problems } = await readReference(packages);
process.stdout.write(`${JSON.stringify(problemsByPackage(problems, packages))}\n`);
