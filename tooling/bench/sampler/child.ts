import { measureLlamella } from './llamella-candidate.ts';
import type { Task } from './task.ts';
import { measureTransformers } from './transformers-candidate.ts';

const task = JSON.parse(process.argv[2]!) as Task;
const measure = task.library === 'llamella' ? measureLlamella : measureTransformers;
console.log(JSON.stringify(await measure(task)));
process.exit(0);
