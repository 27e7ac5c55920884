// npm run -s llamella -- <arguments>: the command line program with exactly these arguments.
import { runProgram } from './run-program.mjs';

await runProgram(process.argv.slice(2));
