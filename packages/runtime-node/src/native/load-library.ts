import { LlamellaError } from '@llamella/spec';
import koffi from 'koffi';

/**
 * Stack of a call that runs beside the event loop, in bytes. koffi gives such calls a stack of their own, 128 KiB
 * unless told otherwise, in which the shader compiler of the WebGPU provider overflows. Untouched pages cost nothing.
 */
const ASYNC_STACK_SIZE = 8 * 1024 * 1024;

/**
 * Loads ONNX Runtime's shared library.
 *
 * @throws {LlamellaError} `backend` when the library cannot be loaded, or when other code of this process used koffi
 *   first and left its stacks too small
 */
export function loadLibrary(path: string): ReturnType<typeof koffi.load> {
  disableTelemetry();
  reserveStack();
  try {
    return koffi.load(path);
  } catch (cause) {
    throw new LlamellaError(
      'backend',
      `${path} cannot be loaded: ${(cause as Error).message}. On Linux it needs glibc, so not Alpine`,
      { cause },
    );
  }
}

/**
 * Keeps ONNX Runtime from collecting usage data, which it does unless told otherwise: when it is first used it searches
 * the command line with a regular expression whose recursion overflows the stack at a few thousand characters, keeps a
 * database in the home folder, and reports to its maker. A value that the environment already has stays. In a worker
 * thread the variable does not reach native code, so it must be set before, or the main thread be first.
 */
function disableTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}

function reserveStack(): void {
  if ((koffi.config().async_stack_size ?? 0) >= ASYNC_STACK_SIZE) return;
  try {
    koffi.config({ ...koffi.config(), async_stack_size: ASYNC_STACK_SIZE });
  } catch (cause) {
    throw new LlamellaError(
      'backend',
      'the stack of koffi is too small and can no longer be changed, because a library was loaded with koffi before: ' +
        `call koffi.config({ async_stack_size: ${ASYNC_STACK_SIZE} }) before that`,
      { cause },
    );
  }
}
