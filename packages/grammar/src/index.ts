export {
  type CompilerOptions,
  createGrammarCompiler,
  type GrammarCompiler,
  type GrammarTextOptions,
} from './grammar-compiler.ts';
export { formatNames } from './schema/formats.ts';
export type { SchemaOptions } from './schema/schema-node.ts';
export type {
  AnyTextFormat,
  ConstStringFormat,
  ElementsFormat,
  GrammarFormat,
  JsonSchemaFormat,
  RegexFormat,
  SeparatedTagsFormat,
  StructuralFormat,
  StructuralTag,
  TagFormat,
  TriggeredTagsFormat,
} from './structural-tag.ts';
export type { TokenVocabulary } from './vocabulary.ts';
