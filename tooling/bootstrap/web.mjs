// npm run web [-- --port P]: the chat page, served on this machine.
import { runApp } from './run-program.mjs';

await runApp('web', 'server/main.ts', process.argv.slice(2));
