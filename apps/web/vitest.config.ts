export { default } from '@llamella/vitest-config';
