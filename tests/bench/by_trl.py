"""One of trl's trainers as its documentation sets it up, for comparison with a night: LoRA on all layers, 16 bits.

Heavy modules are imported when it trains, so that who measures memory decides when that begins.
"""

import time
from pathlib import Path
from typing import Any


def turn(role: str, text: str) -> list[dict[str, str]]:
    """A conversation of one turn, as trl's data sets have it."""
    return [{"role": role, "content": text}]


def trained(kind: str, training: Path, rows: list[dict[str, Any]], folder: Path, **settings: Any) -> float:
    """Train by `SFT`, `KTO` or `DPO` on `rows`; the adapter is then in `folder`/adapter. Seconds, loading included."""
    import torch
    import trl
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM

    from models.training_copy import training_tokenizer
    from trainer.finetune import FinetuneConfig
    from trainer.precision import training_dtype

    like = FinetuneConfig()
    started = time.monotonic()
    tokenizer = training_tokenizer(training)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    trainer = getattr(trl, f"{kind}Trainer")(
        model=AutoModelForCausalLM.from_pretrained(training, dtype=training_dtype()),
        args=getattr(trl, f"{kind}Config")(
            output_dir=str(folder),
            lr_scheduler_type="cosine",
            gradient_checkpointing=False,
            bf16=training_dtype() == torch.bfloat16,
            use_cpu=not torch.cuda.is_available(),
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            **settings,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=LoraConfig(
            r=like.rank,
            lora_alpha=like.alpha,
            target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            task_type="CAUSAL_LM",
        ),
    )
    trainer.train()
    seconds = time.monotonic() - started
    trainer.model.save_pretrained(folder / "adapter")
    return seconds
