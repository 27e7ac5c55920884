/** Said of methods that quantize activations too. */
export const activationNote =
  'Activations are not quantized: scales of inputs are passed over, and layers compute with the weights alone.';

/** Said of models that quantize what attention keeps. */
export const cacheNote = 'The KV cache is not quantized as the model says: its scales are passed over.';
