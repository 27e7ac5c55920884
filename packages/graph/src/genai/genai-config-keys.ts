/** Keys of `model`. */
export const modelKeys = [
  ...['type', 'tokenizer_dir', 'pad_token_id', 'eos_token_id', 'bos_token_id', 'sep_token_id'],
  ...['decoder_start_token_id', 'bot_token_id', 'eot_token_id', 'bor_token_id', 'eor_token_id'],
  ...['vocab_size', 'context_length', 'decoder', 'draft', 'mtp'],
  ...['encoder', 'embedding', 'vision', 'speech', 'joiner', 'vad'],
];

/** Keys of `model.decoder`. */
export const decoderKeys = [
  ...['filename', 'session_options', 'run_options', 'shared_initializers', 'hidden_size'],
  ...['num_attention_heads', 'num_key_value_heads', 'num_hidden_layers', 'head_size', 'layer_types'],
  ...['conv_cache_size', 'sliding_window', 'inputs', 'outputs', 'pipeline'],
];

/** Keys of `model.decoder.inputs`. */
export const inputKeys = [
  ...['input_ids', 'inputs_embeds', 'attention_mask', 'position_ids', 'past_key_names', 'past_value_names'],
  ...['past_names', 'past_key_values_length', 'past_sequence_length', 'current_sequence_length'],
  ...['total_sequence_length', 'cache_indirection', 'rnn_states_prev', 'past_conv', 'past_conv_names'],
  ...['cumulative_sequence_lengths', 'past_sequence_lengths', 'block_table', 'block_table_windowed'],
  ...['attention_metadata', 'cross_past_key_names', 'cross_past_value_names', 'encoder_hidden_states'],
];

/** Keys of `model.decoder.outputs`. */
export const outputKeys = [
  ...['logits', 'present_key_names', 'present_value_names', 'present_names', 'hidden_states'],
  ...['output_cross_qk_names', 'rnn_states', 'present_conv', 'present_conv_names'],
  ...['cross_present_key_names', 'cross_present_value_names'],
];

/** Keys of `model.decoder.sliding_window`. */
export const slidingWindowKeys = [
  ...['window_size', 'pad_value', 'alignment', 'slide_key_value_cache', 'slide_inputs', 'layers'],
  'cache_slack',
];
