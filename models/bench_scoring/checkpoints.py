"""Build the classic models from their configurations: `python -m models.bench_scoring.checkpoints FOLDER`.

Same architectures, sizes and kinds of tokenizer as facebook/bart-large-mnli and
distilbert-base-uncased-finetuned-sst-2-english; random weights and vocabularies, which cost the same time and memory.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import (
    BartConfig,
    BartForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    PreTrainedTokenizerFast,
)
from transformers.utils import logging

from models.bench_scoring.workload import whole_words

ENTAILMENT, SENTIMENT = "entailment", "sentiment"
# More than each has words to learn, so every word ends up as one token.
_VOCABULARY = 30_000


def entailment(folder: Path) -> None:
    """Write a model of the size of bart-large-mnli.

    Source: config.json of facebook/bart-large-mnli; what it does not change are BartConfig's defaults.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    special = ["<s>", "<pad>", "</s>", "<unk>"]  # with BART's ids: it reads off the answer at </s>
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    _train(tokenizer, trainers.BpeTrainer(vocab_size=_VOCABULARY, special_tokens=special, initial_alphabet=alphabet))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    labels = {"contradiction": 0, "neutral": 1, "entailment": 2}
    config = BartConfig(id2label={index: label for label, index in labels.items()}, label2id=labels)
    names = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    _save(tokenizer, folder, names, max_tokens=1024, add_prefix_space=True)
    BartForSequenceClassification(config).save_pretrained(folder)


def sentiment(folder: Path) -> None:
    """Write a model of the size of distilbert-base-uncased-finetuned-sst-2-english.

    Source: its config.json; what it does not change are DistilBertConfig's defaults.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    _train(tokenizer, trainers.WordPieceTrainer(vocab_size=_VOCABULARY, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    labels = {"NEGATIVE": 0, "POSITIVE": 1}
    config = DistilBertConfig(id2label={index: label for label, index in labels.items()}, label2id=labels)
    DistilBertForSequenceClassification(config).save_pretrained(folder)
    names = {"cls_token": "[CLS]", "pad_token": "[PAD]", "sep_token": "[SEP]", "unk_token": "[UNK]"}
    _save(tokenizer, folder, names, max_tokens=512)


def _train(tokenizer: Tokenizer, trainer: trainers.Trainer) -> None:
    tokenizer.train_from_iterator([" ".join(whole_words())] * 3, trainer)


def _save(
    tokenizer: Tokenizer, folder: Path, names: dict[str, str], *, max_tokens: int, add_prefix_space: bool = False
) -> None:
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=max_tokens,
        model_input_names=["input_ids", "attention_mask"],
        add_prefix_space=add_prefix_space,  # not read off the tokenizer: it would be switched off
        **names,
    )
    sentence = " ".join(whole_words()[:100])
    if len(wrapped(sentence, add_special_tokens=False)["input_ids"]) != 100:
        raise ValueError("the stand-in tokenizer splits words, so lengths would differ between the two sides")
    wrapped.save_pretrained(folder)


if __name__ == "__main__":
    logging.set_verbosity_error()
    target = Path(sys.argv[1])
    entailment(target / ENTAILMENT)
    sentiment(target / SENTIMENT)
