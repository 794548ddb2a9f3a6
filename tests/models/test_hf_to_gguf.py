"""Hugging Face directories become GGUF files with the same tokens and the same answers, or are refused."""

import json
import shutil

import llama_cpp
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from models.hf_to_gguf import convert
from models.tokens import PROBES
from models.training_copy import training_copy, training_tokenizer
from store.errors import ModelRefused
from tests.models import tiny_models
from tests.models.agreement import CHATS, chat_tokens, compare, llama_logits, torch_logits

EXTRA = [
    [{"role": "user", "content": text}]
    for text in (
        *PROBES,
        "1234567890 3.14 1e-10 0xFF\n\n\n42",
        "  \n \t x\n\n  y  \r\n",
        "SELECT * FROM t WHERE a='b';\n-- note\n#include <stdio.h>\nint main(void){return 0;}",
        "ﷺ ṩ ℌ ㎏ 𝕳𝖊𝖑𝖑𝖔 ¿qué? ‰ ∑∫√ ≠ ← ₿",
        "<|im_end|> in the text <end_of_turn> as it is",
    )
]


@pytest.mark.parametrize("architecture", tiny_models.ARCHITECTURES)
def test_llama_cpp_and_transformers_read_a_chat_as_the_same_tokens(tiny, tmp_path, architecture):
    directory, gguf = tiny(architecture)
    copy = training_tokenizer(training_copy(gguf, tmp_path / "copy"))
    automatic = AutoTokenizer.from_pretrained(tmp_path / "copy")
    brought = AutoTokenizer.from_pretrained(directory)
    model = llama_cpp.Llama(str(gguf), vocab_only=True, verbose=False)
    composes = architecture.startswith("qwen")
    for chat in (*CHATS, *EXTRA):
        ids = chat_tokens(copy, chat)
        text = copy.apply_chat_template(chat, add_generation_prompt=chat[-1]["role"] == "user", tokenize=False)
        assert model.tokenize(text.encode(), add_bos=False, special=True) == ids, chat
        if not composes or "e\u0301" not in text:
            assert chat_tokens(brought, chat) == ids, chat
            assert chat_tokens(automatic, chat) == ids, chat
    model.close()


@pytest.mark.slow
def test_the_default_models_tokens_are_the_same_too(default_model):
    from models.catalogue import training_dir

    tokenizer = AutoTokenizer.from_pretrained(training_dir(default_model))
    model = llama_cpp.Llama(str(default_model.gguf), vocab_only=True, verbose=False)
    for chat in (*CHATS, *EXTRA):
        text = tokenizer.apply_chat_template(chat, add_generation_prompt=chat[-1]["role"] == "user", tokenize=False)
        assert model.tokenize(text.encode(), add_bos=False, special=True) == chat_tokens(tokenizer, chat), chat
    model.close()


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("architecture", tiny_models.ARCHITECTURES)
def test_the_training_copy_of_a_converted_model_computes_what_the_original_does(tiny, tmp_path, architecture, tied):
    directory, gguf = tiny(architecture, tied)
    copy = AutoModelForCausalLM.from_pretrained(training_copy(gguf, tmp_path / "copy"), dtype=torch.float32)
    original = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32)
    prompts = [chat_tokens(AutoTokenizer.from_pretrained(directory), chat) for chat in CHATS]
    there = torch_logits(copy, prompts)
    assert compare(torch_logits(original, prompts), there).kl < 1e-4
    assert compare(there, llama_logits(gguf, prompts)).kl < 1e-4


def test_llama_3s_stretched_positions_go_there_and_back(tmp_path):
    directory = tiny_models.make("llama", tmp_path / "stretched", tied=True)
    config = json.loads((directory / "config.json").read_text())
    rope = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0}
    config["rope_parameters"] = rope | {"high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
    (directory / "config.json").write_text(json.dumps(config))
    convert(directory, tmp_path / "stretched.gguf")
    copy = training_copy(tmp_path / "stretched.gguf", tmp_path / "copy")
    assert json.loads((copy / "config.json").read_text())["rope_parameters"] == config["rope_parameters"]
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32)
    prompts = [chat_tokens(AutoTokenizer.from_pretrained(directory), chat) for chat in CHATS]
    assert compare(torch_logits(model, prompts), llama_logits(tmp_path / "stretched.gguf", prompts)).kl < 1e-4


def edited(directory, target, **changes):
    shutil.copytree(directory, target)
    config = json.loads((target / "config.json").read_text()) | changes
    (target / "config.json").write_text(json.dumps(config))
    return target


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model_type": "mixtral"}, "model type 'mixtral'; supported are"),
        ({"quantization_config": {"quant_method": "gptq"}}, "quantised"),
        ({"hidden_act": "relu"}, "activation 'relu'"),
        ({"rope_parameters": {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0}}, "method 'dynamic'"),
    ],
)
def test_a_model_that_llama_cpp_would_compute_otherwise_is_refused(tiny, tmp_path, changes, reason):
    with pytest.raises(ModelRefused, match=reason):
        convert(edited(tiny("llama")[0], tmp_path / "other", **changes), tmp_path / "other.gguf")
    assert not (tmp_path / "other.gguf").exists()


def test_a_gemma_with_another_pattern_of_windows_is_refused(tiny, tmp_path):
    other = edited(tiny("gemma3")[0], tmp_path / "other", layer_types=["full_attention"] * 7)
    with pytest.raises(ModelRefused, match="layer_types"):
        convert(other, tmp_path / "other.gguf")


def test_weights_that_are_no_safetensors_are_refused(tiny, tmp_path):
    other = edited(tiny("llama")[0], tmp_path / "other")
    (other / "model.safetensors").rename(other / "pytorch_model.bin")
    with pytest.raises(ModelRefused, match="no safetensors"):
        convert(other, tmp_path / "other.gguf")


def test_truncated_weights_are_refused(tiny, tmp_path):
    other = edited(tiny("llama")[0], tmp_path / "other")
    data = (other / "model.safetensors").read_bytes()
    (other / "model.safetensors").write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelRefused, match="cannot be read"):
        convert(other, tmp_path / "other.gguf")


def test_missing_and_foreign_tensors_are_refused(tiny, tmp_path):
    other = edited(tiny("llama")[0], tmp_path / "other")
    weights = load_file(other / "model.safetensors")
    removed = weights.pop("model.layers.1.mlp.up_proj.weight")
    save_file(weights, other / "model.safetensors")
    with pytest.raises(ModelRefused, match=r"blk\.1\.ffn_up\.weight is missing"):
        convert(other, tmp_path / "other.gguf")
    save_file(weights | {"model.vision.weight": removed}, other / "model.safetensors")
    with pytest.raises(ModelRefused, match=r"model\.vision\.weight"):
        convert(other, tmp_path / "other.gguf")


def test_a_directory_without_chat_template_is_refused(tiny, tmp_path):
    other = edited(tiny("llama")[0], tmp_path / "other")
    (other / "chat_template.jinja").unlink()
    with pytest.raises(ModelRefused, match="no chat template"):
        convert(other, tmp_path / "other.gguf")
