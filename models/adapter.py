"""Merging an adapter into the base, in full precision and one tensor at a time.

Peft merges into what is loaded, which for a 4-bit base means quantising again; here W + s·B·A is computed in
float32 from the training copy and handed to `gguf_file.replace_tensors`. The night calls it.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from store.errors import ModelRefused

_PREFIX = "base_model.model."


class MergedWeights(Mapping[str, npt.NDArray[np.float32]]):
    """The weights that an adapter changes, by Hugging Face parameter name; each is computed when it is asked for.

    `scale` multiplies the adapter's own strength. Raises ModelRefused when adapter and base do not fit.
    """

    def __init__(self, training: Path, adapter: Path, scale: float = 1.0) -> None:
        from safetensors import safe_open

        config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
        if config.get("use_rslora") or config.get("use_dora"):
            raise ModelRefused(f"{adapter} is an adapter of another kind than plain LoRA; it cannot be merged.")
        self._strength = scale * config["lora_alpha"] / config["r"]
        self._adapter = safe_open(adapter / "adapter_model.safetensors", "pt")
        self._files: dict[str, Path] = {}
        for file in sorted(training.glob("*.safetensors")):
            with safe_open(file, "pt") as tensors:
                self._files.update(dict.fromkeys(tensors.keys(), file))
        suffix = ".lora_A.weight"
        self._names = {
            key.removeprefix(_PREFIX).removesuffix(suffix) + ".weight": key
            for key in self._adapter.keys()  # noqa: SIM118
            if key.endswith(suffix)
        }
        if missing := sorted(set(self._names) - set(self._files)):
            raise ModelRefused(
                f"{adapter} changes {missing[0]}, which {training} does not have: it belongs to another base."
            )

    def __getitem__(self, name: str) -> npt.NDArray[np.float32]:
        from safetensors import safe_open

        key = self._names[name]
        down = self._adapter.get_tensor(key).float()
        up = self._adapter.get_tensor(key.replace(".lora_A.", ".lora_B.")).float()
        with safe_open(self._files[name], "pt") as tensors:
            weight = tensors.get_tensor(name).float()
        merged: npt.NDArray[np.float32] = (weight + self._strength * (up @ down)).numpy()
        return merged

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
