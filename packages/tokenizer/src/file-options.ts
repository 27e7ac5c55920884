/** How to read a tokenizer from a file. */
export interface FileOptions {
  /** What errors call the file. */
  readonly name?: string;
  /** Further ids after which the model stops talking, such as those of `eos_token_id` in `generation_config.json`. */
  readonly endOfGenerationIds?: readonly number[];
}
