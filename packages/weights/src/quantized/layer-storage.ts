/** What a linear layer can be stored as. */
export type LayerStorage =
  | {
      /** ModelOpt's `FP8`, also `fp8` without blocks; `NVFP4` of ModelOpt; `nvfp4-pack-quantized` of compressed-tensors. */
      readonly layout: 'modelopt-fp8' | 'modelopt-nvfp4' | 'compressed-nvfp4';
      /** Largest magnitude among the layers with the same input, which share a scale. Default: of this one. */
      readonly largest?: number | undefined;
    }
  | {
      /** One scale per output: `FP8_PER_CHANNEL_PER_TOKEN` and `W8A16` of ModelOpt, `fbgemm_fp8`; or `mxfp4-pack-quantized` of compressed-tensors. */
      readonly layout: 'modelopt-fp8-rows' | 'modelopt-int8' | 'fbgemm-fp8' | 'compressed-mxfp4';
    }
  | {
      /** `FP8_PB_WO` of ModelOpt, and `fp8` with `weight_scale_inv`. */
      readonly layout: 'modelopt-fp8-blocks' | 'fp8-blocks';
      /** Weights that share a scale. */
      readonly block: readonly [rows: number, columns: number];
    }
  | {
      /** `float-quantized` of compressed-tensors. */
      readonly layout: 'compressed-fp8';
      /** Weights that share a scale: all, those of an output, or a block. */
      readonly strategy: 'tensor' | 'channel' | readonly [rows: number, columns: number];
      /** Type of the scales. Default F32. */
      readonly scaleType?: 'F32' | 'BF16' | undefined;
    }
  | {
      /** `int-quantized` of compressed-tensors, 8 bits and one scale per output. */
      readonly layout: 'compressed-int8';
      /** Whether there are no zero points. */
      readonly symmetric: boolean;
    }
  | {
      /** `pack-quantized` of compressed-tensors. */
      readonly layout: 'compressed-packed';
      /** Bits of a weight. */
      readonly bits: 4 | 8;
      /** Inputs per scale, -1 for all. */
      readonly group: number;
      /** Whether there are no zero points. */
      readonly symmetric: boolean;
    }
  | {
      /** `W4A16_AWQ` of ModelOpt. */
      readonly layout: 'modelopt-int4';
      /** Inputs per scale, -1 for all. */
      readonly group: number;
    }
  | {
      /** AutoAWQ, 4 bits with zero points. */
      readonly layout: 'awq';
      /** The kernel that the layout is for. */
      readonly version: 'gemm' | 'gemv';
      /** Inputs per scale, -1 for all. */
      readonly group: number;
    }
  | {
      /** GPTQ. */
      readonly layout: 'gptq';
      /** Bits of a weight. */
      readonly bits: 2 | 3 | 4 | 8;
      /** Inputs per scale, -1 for all. */
      readonly group: number;
      /** Whether every zero point is `2^(bits-1)`. */
      readonly symmetric: boolean;
      /** 1 is the format `gptq`, 2 `gptq_v2`. */
      readonly version: 1 | 2;
    };
