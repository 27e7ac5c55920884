"""Writes a file with one tensor of each element type that the safetensors library takes from torch.

usage: python safetensors_types.py ../../packages/weights/test/fixtures/types.safetensors

Needs requirements.txt and safetensors==0.8.0. Every tensor is the bytes 0, 1, 2, … of its own length.
"""

import sys

import torch
from safetensors.torch import save_file

TYPES = [
    torch.bool, torch.uint8, torch.int8, torch.float8_e4m3fn, torch.float8_e4m3fnuz, torch.float8_e5m2,
    torch.float8_e5m2fnuz, torch.float8_e8m0fnu, torch.float4_e2m1fn_x2, torch.int16, torch.uint16, torch.float16,
    torch.bfloat16, torch.int32, torch.uint32, torch.float32, torch.complex64, torch.int64, torch.uint64, torch.float64,
]  # fmt: skip

tensors = {}
for dtype in TYPES:
    size = torch.empty(0, dtype=dtype).element_size()
    data = torch.arange(6 * size, dtype=torch.uint8)
    if dtype == torch.bool:
        data %= 2
    tensors[str(dtype).removeprefix("torch.")] = data.view(dtype).reshape(2, 3)
tensors["scalar"] = torch.tensor(1.5)
tensors["empty"] = torch.empty(0, 4)
save_file(tensors, sys.argv[1], metadata={"format": "pt", "note": "zwölf"})
