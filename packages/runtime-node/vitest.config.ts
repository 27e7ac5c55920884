import { useSoftwareAdapter } from './test/software-adapter.ts';

// Here and not in a test: the Vulkan loader reads the environment that a process was started with.
useSoftwareAdapter();

export { default } from '@llamella/vitest-config';
