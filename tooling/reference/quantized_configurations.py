"""The `quantization_config` or `hf_quant_config.json` that belongs to each layout."""


def modelopt(algorithm, **more):
    return {"producer": {"name": "modelopt", "version": "0.47.0"}, "quantization": {
        "quant_algo": algorithm, "kv_cache_quant_algo": None, "exclude_modules": ["lm_head"], **more}}  # fmt: skip


def inline(algorithm, **more):
    return {"quant_method": "modelopt", "quant_algo": algorithm, "ignore": ["lm_head"], **more}


def compressed(format, bits, kind, strategy, **more):
    weights = {"num_bits": bits, "type": kind, "strategy": strategy, "symmetric": True, "dynamic": False, **more}
    group = {"targets": ["Linear"], "weights": weights, "input_activations": None, "output_activations": None}
    return {"quant_method": "compressed-tensors", "format": format, "quantization_status": "compressed",
            "config_groups": {"group_0": group}, "ignore": ["lm_head"], "kv_cache_scheme": None}  # fmt: skip


def awq(version, group):
    return {"quant_method": "awq", "zero_point": True, "group_size": group, "bits": 4, "version": version,
            "modules_to_not_convert": None}  # fmt: skip


def gptq(bits, group, symmetric, version, order=False):
    return {"bits": bits, "group_size": group, "damp_percent": 0.01, "desc_act": order, "static_groups": False,
            "sym": symmetric, "true_sequential": True, "quant_method": "gptq",
            "checkpoint_format": "gptq" if version == 1 else "gptq_v2"}  # fmt: skip

