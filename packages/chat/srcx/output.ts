export { type AssistantMessage, collectMessage } from './output/collect.ts';
export type { OutputEvent } from './output/events.ts';
export { detectOutputFormat, type OutputFormatName } from './output/formats.ts';
export { createOutputParser, type OutputParser, type OutputParserOptions } from './output/output-parser.ts';
