"""Random checkpoints with the classic models' architectures, in miniature, and with real tokenizers.

The word pieces of DistilBERT and MiniLM are those of the encoder in our wheel; BART's byte-level BPE is trained here.
The weights are drawn wide, so that outputs differ between texts by far more than a comparison tolerates.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    BartConfig,
    BartForSequenceClassification,
    BartTokenizerFast,
    BertConfig,
    BertModel,
    BertTokenizerFast,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    DistilBertTokenizerFast,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from models.network import encoder_folder

MAX_TOKENS = 96
BPE_VOCABULARY = 1500
WIDTH = 48


def save_bart(folder: Path, texts: Sequence[str]) -> None:
    """An entailment model like facebook/bart-large-mnli: byte-level BPE, pairs as <s> a </s></s> b </s>."""
    tokenizer = BartTokenizerFast(tokenizer_object=_byte_level_bpe(texts), model_max_length=MAX_TOKENS)
    torch.manual_seed(1)
    config = BartConfig(
        vocab_size=len(tokenizer),
        d_model=WIDTH,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=2 * WIDTH,
        decoder_ffn_dim=2 * WIDTH,
        max_position_embeddings=MAX_TOKENS,
        init_std=0.3,
        id2label={0: "contradiction", 1: "neutral", 2: "entailment"},
        label2id={"contradiction": 0, "neutral": 1, "entailment": 2},
    )
    _save(folder, BartForSequenceClassification(config), tokenizer)


def save_distilbert(folder: Path) -> None:
    """A sentiment model like distilbert-base-uncased-finetuned-sst-2-english."""
    tokenizer = DistilBertTokenizerFast.from_pretrained(encoder_folder(), model_max_length=MAX_TOKENS)
    torch.manual_seed(2)
    config = DistilBertConfig(
        vocab_size=len(tokenizer),
        dim=WIDTH,
        n_layers=2,
        n_heads=4,
        hidden_dim=2 * WIDTH,
        max_position_embeddings=MAX_TOKENS,
        initializer_range=0.3,
        id2label={0: "NEGATIVE", 1: "POSITIVE"},
        label2id={"NEGATIVE": 0, "POSITIVE": 1},
    )
    _save(folder, DistilBertForSequenceClassification(config), tokenizer)


def save_minilm(folder: Path) -> None:
    """A sentence encoder like sentence-transformers/all-MiniLM-L6-v2: a BERT without a head."""
    tokenizer = BertTokenizerFast.from_pretrained(encoder_folder(), model_max_length=MAX_TOKENS)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=2 * WIDTH,
        max_position_embeddings=MAX_TOKENS,
        initializer_range=0.3,
    )
    _save(folder, BertModel(config), tokenizer)


def _save(folder: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> None:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):  # zeros in a fresh model: a lost one would not show
                parameter.normal_(0.0, 0.1)
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _byte_level_bpe(texts: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(
        vocab_size=BPE_VOCABULARY,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer
