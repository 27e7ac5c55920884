// npm start [-- "question"]: a chat with the default model.
import { runProgram } from './run-program.mjs';

await runProgram(['chat', ...process.argv.slice(2)]);
