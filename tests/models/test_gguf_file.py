"""What is served is what was trained: weights written to GGUF and back, and models that are not served."""

import llama_cpp
import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType
from transformers import AutoModelForCausalLM, AutoTokenizer

from models.architecture import gguf_name, stored_form
from models.catalogue import training_dir
from models.gguf_file import inspect, quantise, read_tensor, replace_tensors, write_f16, write_model
from models.gguf_header import Value, read_header
from store.errors import ModelRefused
from tests.models import tiny_models
from tests.models.agreement import CHATS, chat_tokens, compare, llama_logits, torch_logits

_STRING, _U32 = GGUFValueType.STRING, GGUFValueType.UINT32


def rewritten(source, target, *, values=None, without=(), architecture=None, renamed=None):
    """`source` with other metadata, as someone else's file might be."""
    header = read_header(source)
    kind = header.get("general.architecture")
    kept = {key: value for key, value in header.values.items() if key not in without}
    if architecture:
        kept = {key.replace(f"{kind}.", f"{architecture}."): value for key, value in kept.items()}
    kept.pop("general.architecture")
    tensors = {(renamed or {}).get(name, name): read_tensor(header, name) for name in header.tensors}
    write_model(target, architecture or kind, kept | (values or {}), tensors)
    return target


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"architecture": "mamba"}, "architecture 'mamba'; supported are llama, qwen2, qwen3, gemma3"),
        ({"values": {"general.type": Value("adapter", _STRING)}}, "type 'adapter', not a whole model"),
        ({"values": {"general.type": Value("mmproj", _STRING)}}, "not a whole model"),
        ({"values": {"split.count": Value(3, _U32)}}, "one of 3 parts"),
        ({"values": {"llama.expert_count": Value(8, _U32)}}, "mixture of experts"),
        ({"without": ["tokenizer.chat_template"]}, "no chat template"),
        ({"values": {"tokenizer.chat_template": Value("{% for %}", _STRING)}}, "template .* is broken"),
        ({"without": ["tokenizer.ggml.tokens"]}, "no tokenizer"),
        ({"without": ["tokenizer.ggml.merges"]}, "no merges"),
        ({"without": ["tokenizer.ggml.eos_token_id"]}, "which token ends an answer"),
        ({"values": {"tokenizer.ggml.eos_token_id": Value(1 << 20, _U32)}}, "beyond its"),
        ({"without": ["llama.block_count"]}, "block_count is None"),
        ({"values": {"llama.attention.head_count": Value(0, _U32)}}, "head_count is 0"),
        ({"values": {"llama.attention.head_count_kv": Value(3, _U32)}}, "3 key-value heads"),
        ({"values": {"llama.block_count": Value(3, _U32)}}, "blk.2.* is missing"),
        ({"values": {"llama.embedding_length": Value(32, _U32)}}, "is expected"),
        ({"renamed": {"blk.0.ffn_up.weight": "blk.0.ffn_up.lora_a"}}, "blk.0.ffn_up.weight is missing"),
    ],
)
def test_a_model_that_cannot_be_served_is_refused_with_the_reason(tiny, tmp_path, changes, reason):
    path = rewritten(tiny("llama")[1], tmp_path / "other.gguf", **changes)
    with pytest.raises(ModelRefused, match=reason):
        inspect(path)


@pytest.mark.slow
def test_the_default_models_f16_file_holds_exactly_transformers_weights(default_model):
    model = AutoModelForCausalLM.from_pretrained(training_dir(default_model), dtype=torch.float32)
    reader = {tensor.name: tensor for tensor in GGUFReader(default_model.gguf).tensors}
    seen = set()
    for hf_name, weights in model.state_dict().items():
        if hf_name == "lm_head.weight":
            continue
        name = gguf_name("llama", 30, hf_name)
        stored = np.asarray(reader[name].data, dtype=np.float32).reshape(tuple(weights.shape))
        assert np.array_equal(stored, stored_form("llama", name, weights.numpy(), 9, 3)), name
        seen.add(name)
    assert seen == reader.keys()


@pytest.mark.slow
def test_what_transformers_reads_from_the_packaged_file_is_our_f16_file_but_for_rounding(default_model):
    packaged = AutoModelForCausalLM.from_pretrained(
        default_model.source.parent, gguf_file=default_model.source.name, dtype=torch.float32
    )
    ours = AutoModelForCausalLM.from_pretrained(training_dir(default_model), dtype=torch.float32).state_dict()
    for name, weights in packaged.state_dict().items():
        rounded = weights.half().float() if weights.dim() > 1 else weights
        assert torch.equal(rounded, ours[name]), name


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("architecture", tiny_models.ARCHITECTURES)
def test_a_merged_model_answers_in_llama_cpp_as_in_torch(tiny, tmp_path, architecture, tied):
    training, gguf = tiny(architecture, tied)
    found = merge_agreement(training, gguf, tmp_path / "merged.gguf")
    assert found.places > 300
    assert found.top1 >= 0.99
    assert found.kl < 1e-3


@pytest.mark.slow
def test_the_merged_default_model_answers_in_llama_cpp_as_in_torch(default_model, tmp_path):
    found = merge_agreement(training_dir(default_model), default_model.gguf, tmp_path / "merged.gguf")
    assert found.top1 >= 0.99
    assert found.kl < 1e-3


def merge_agreement(training, gguf, merged_file):
    model = AutoModelForCausalLM.from_pretrained(training, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(training)
    prompts = [chat_tokens(tokenizer, chat) for chat in CHATS]
    before = torch_logits(model, prompts)
    merged = tiny_models.lora_sized(model)
    replace_tensors(gguf, merged_file, merged)
    after = torch_logits(tiny_models.with_weights(model, merged), prompts)
    assert compare(before, after).kl > 1e-3, "the adapter must change something, or nothing is shown"
    return compare(after, llama_logits(merged_file, prompts))


@pytest.mark.parametrize("architecture", tiny_models.ARCHITECTURES)
def test_every_parameter_can_be_replaced(tiny, tmp_path, architecture):
    """Also norms, biases and embeddings: a whole other model put into the file is that model."""
    _, gguf = tiny(architecture, False)
    other = tiny_models.make(architecture, tmp_path / "other", tied=False, seed=7)
    model = AutoModelForCausalLM.from_pretrained(other, dtype=torch.float32)
    weights = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
    replace_tensors(gguf, tmp_path / "replaced.gguf", weights)
    prompts = [chat_tokens(AutoTokenizer.from_pretrained(other), chat) for chat in CHATS]
    found = compare(torch_logits(model, prompts), llama_logits(tmp_path / "replaced.gguf", prompts))
    assert found.kl < 1e-3


def test_metadata_and_untouched_tensors_are_copied_to_the_byte(tiny, tmp_path):
    training, gguf = tiny("qwen2")
    quantise(gguf, tmp_path / "q8.gguf", "q8_0")
    name = "model.layers.0.mlp.up_proj.weight"
    weights = AutoModelForCausalLM.from_pretrained(training, dtype=torch.float32).state_dict()[name].numpy()
    replace_tensors(tmp_path / "q8.gguf", tmp_path / "mixed.gguf", {name: weights})
    before, after = read_header(tmp_path / "q8.gguf"), read_header(tmp_path / "mixed.gguf")
    assert before.values == after.values
    for tensor in before.tensors.values():
        written = after.tensors[tensor.name]
        if tensor.name == "blk.0.ffn_up.weight":
            assert written.type == GGMLQuantizationType.F16
            continue
        old = (tmp_path / "q8.gguf").read_bytes()[tensor.offset : tensor.offset + tensor.bytes]
        assert old == (tmp_path / "mixed.gguf").read_bytes()[written.offset : written.offset + written.bytes]


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({"model.layers.9.mlp.up_proj.weight": np.zeros((128, 64))}, "no tensor for the parameter"),
        ({"model.layers.0.mlp.up_proj.weight": np.zeros((64, 128))}, "has shape"),
        ({"model.layers.0.mlp.up_proj.weight": np.full((128, 64), np.nan)}, "not finite"),
        ({"model.layers.0.mlp.up_proj.weight": np.full((128, 64), 1e6)}, "beyond 65504"),
        ({"lm_head.weight": np.zeros((703, 64))}, "ties its output"),
    ],
)
def test_weights_that_do_not_fit_are_refused_and_nothing_is_left(tiny, tmp_path, weights, reason):
    with pytest.raises(ModelRefused, match=reason):
        replace_tensors(tiny("llama")[1], tmp_path / "merged.gguf", weights)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file_type", ["q8_0", "q4_k_m"])
def test_a_quantised_file_is_loaded_and_can_be_written_in_full_precision_again(tiny, tmp_path, file_type):
    quantise(tiny("qwen3")[1], tmp_path / "small.gguf", file_type)
    assert inspect(tmp_path / "small.gguf").file_type == f"MOSTLY_{file_type.upper()}"
    write_f16(tmp_path / "small.gguf", tmp_path / "full.gguf")
    assert inspect(tmp_path / "full.gguf").file_type == "MOSTLY_F16"
    for path in ("small.gguf", "full.gguf"):
        model = llama_cpp.Llama(str(tmp_path / path), n_ctx=64, verbose=False)
        model.eval([5, 6, 7])
        model.close()
