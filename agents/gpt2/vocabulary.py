"""The tokens of a checkpoint: text to ids and back, and what each token does to words and sentences.

It knows the byte-level BPE of GPT-2 and our special tokens; it knows nothing of prompts.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agents.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

ROLE, HELP, CUSTOMER, AGENT, SAY, END = SPECIAL = (
    "<|role|>", "<|help|>", "<|customer|>", "<|agent|>", "<|say|>", "<|end|>",
)  # fmt: skip
"""The special tokens of checkpoints that this project trained."""

_GPT2_END: Final = "<|endoftext|>"
_UNFIT: Final = re.compile(rb"[\x00-\x1f\x7f]|\xc2[\x80-\xa0]|\xe2\x80[\x80-\x8f\xa8-\xaf]|\xef\xbb\xbf|\xef\xbf\xbd")
_FIGURE: Final = re.compile(r"[0-9%#\N{REPLACEMENT CHARACTER}]")
_CAPITAL: Final = re.compile(rb" [A-Z](?<!I)| I\w")
_CODE_START: Final = re.compile(rb" (?!I$|A$)[A-Z]{1,4}")
_SENTENCE_END: Final = re.compile(rb"[.!?][\"')\]]*$|\xe2\x80\xa6$")


def _byte_of_symbol() -> dict[str, int]:
    """Return the byte that each symbol of GPT-2's byte-level BPE stands for (Radford et al. 2019)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {chr(byte): byte for byte in printable}
    rest = (byte for byte in range(256) if byte not in set(printable))
    return table | {chr(256 + n): byte for n, byte in enumerate(rest)}


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer and the tables that decoding needs. `size` may exceed the tokenizer's (padded embeddings)."""

    tokenizer: "Tokenizer"
    size: int

    @classmethod
    def load(cls, folder: Path, size: int) -> "Vocabulary":
        """Read `tokenizer.json`, or convert `vocab.json` and `merges.txt` where a checkpoint has only those."""
        from tokenizers import Tokenizer

        path = folder / "tokenizer.json"
        try:
            tokenizer = Tokenizer.from_file(str(path)) if path.exists() else _converted(folder)
        except Exception as error:  # tokenizers raises bare Exception
            raise ModelError(f"{path}: the tokenizer cannot be read ({error})") from None
        if tokenizer.get_vocab_size() > size:
            raise ModelError(f"{folder}: the tokenizer has {tokenizer.get_vocab_size()} tokens, the model only {size}")
        return cls(tokenizer, size)

    @cached_property
    def special(self) -> dict[str, int]:
        """Our special tokens by name; empty where the checkpoint lacks any of them."""
        ids = {name: self.tokenizer.token_to_id(name) for name in SPECIAL}
        found = {name: token for name, token in ids.items() if token is not None}
        return found if len(found) == len(SPECIAL) else {}

    @cached_property
    def end(self) -> int:
        """The token that ends a text."""
        ids = [self.tokenizer.token_to_id(name) for name in (END, _GPT2_END)]
        return next((token for token in ids if token is not None), self.size - 1)

    def encode(self, text: str) -> list[int]:
        """Return the ids of `text`; a special token's name in it is read as plain characters."""
        self.tokenizer.encode_special_tokens = True
        return list(self.tokenizer.encode(text.encode("utf-8", "replace").decode(), add_special_tokens=False).ids)

    def decode(self, tokens: list[int]) -> str:
        return b"".join(self.pieces[token] for token in tokens).decode("utf-8", "replace").strip()

    @cached_property
    def pieces(self) -> list[bytes]:
        """The bytes of every token; empty for special and unused ones."""
        symbols = _byte_of_symbol()
        added = self.tokenizer.get_added_tokens_decoder()
        names = (None if token in added else self.tokenizer.id_to_token(token) for token in range(self.size))
        return [bytes(symbols[char] for char in name) if name else b"" for name in names]

    @cached_property
    def token_of(self) -> dict[bytes, int]:
        """The token of each string of bytes that is one."""
        return {piece: token for token, piece in reversed(list(enumerate(self.pieces))) if piece}

    @cached_property
    def starts_word(self) -> list[bool]:
        """Whether a token begins a new word, as `str.split` counts words (the first token of a text always does)."""
        return [piece[:1] == b" " for piece in self.pieces]

    @cached_property
    def ends_sentence(self) -> list[bool]:
        """Whether a sentence can be over after a token."""
        return [bool(_SENTENCE_END.search(piece)) for piece in self.pieces]

    @cached_property
    def has_figure(self) -> list[bool]:
        """Whether a token holds a digit or a sign that goes with one, or part of a character, which may become one."""
        return [_is_figure(piece.decode("utf-8", "replace")) for piece in self.pieces]

    @cached_property
    def starts_code(self) -> list[bool]:
        """Whether a token begins a word with capitals alone, as an order number does: " NW"."""
        return [bool(_CODE_START.fullmatch(piece)) for piece in self.pieces]

    @cached_property
    def capital(self) -> list[bool]:
        """Whether a token begins a word with a capital, "I" apart."""
        return [bool(_CAPITAL.match(piece)) for piece in self.pieces]

    @cached_property
    def speakable(self) -> list[bool]:
        """Whether a token may stand in a message: one line of words, no control characters, no lone blanks."""
        return [bool(piece.strip()) and not _UNFIT.search(piece) for piece in self.pieces]

    def last_tokens(self, phrases: tuple[str, ...]) -> dict[int, dict[tuple[int, ...], list[int]]]:
        """Return, by length, the tokens with which `phrases` begin, and the tokens that complete them."""
        known = self._completions.get(phrases)
        if known is None:
            known = self._completions[phrases] = {}
            for phrase in (f"{blank}{phrase}" for phrase in phrases for blank in ("", " ")):
                *begun, last = self.encode(phrase)
                known.setdefault(len(begun), {}).setdefault(tuple(begun), []).append(last)
        return known

    @cached_property
    def _completions(self) -> dict[tuple[str, ...], dict[int, dict[tuple[int, ...], list[int]]]]:
        return {}

    @cached_property
    def line_breaks(self) -> list[int]:
        """The tokens that begin a new line: where a message of a plain-text checkpoint is over."""
        return [token for token, piece in enumerate(self.pieces) if piece[:1] == b"\n"]


def _is_figure(text: str) -> bool:
    return bool(_FIGURE.search(text)) or any(unicodedata.category(char) == "Sc" for char in text)


def _converted(folder: Path) -> "Tokenizer":
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    model = models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([_GPT2_END])
    return tokenizer
