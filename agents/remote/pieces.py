"""A vocabulary that stands for a server's, which is not known here: pieces of text about as long as tokens are.

Every text can be had back from its pieces. Their number is an estimate, on the high side for English, by which prompts
are kept inside the server's window.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from agents.gpt2.vocabulary import END, SPECIAL

_PIECE: Final = re.compile(r" ?[A-Za-z]{1,6}|[0-9]{1,3}|.", re.DOTALL)
_SPELLED: Final = re.compile(r"<\|(?=[a-z_]+\|>)")


def _number(piece: str) -> int:
    return int.from_bytes(b"\x01" + piece.encode("utf-8", "replace"), "big")


def _piece(number: int) -> str:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")[1:].decode()


class Pieces:
    """Text to numbers and back, without a table: a piece's number is its bytes, a special token's its place."""

    special: Final = {name: place for place, name in enumerate(SPECIAL)}
    end: Final = SPECIAL.index(END)
    line_breaks: Final = [_number("\n")]

    def encode(self, text: str) -> list[int]:
        """Return the pieces of `text`; a special token's name in it is parted, so that no server reads it as one."""
        return [_number(piece) for piece in _PIECE.findall(_SPELLED.sub("< |", text))]

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text, with the special tokens by name."""
        return "".join(SPECIAL[token] if token < len(SPECIAL) else _piece(token) for token in tokens)

    def segments(self, tokens: Iterable[int]) -> Iterator[tuple[str, str]]:
        """Yield each special token's name with the text that follows it."""
        name, following = "", list[int]()
        for token in tokens:
            if token >= len(SPECIAL):
                following.append(token)
                continue
            if name:
                yield name, self.decode(following)
            name, following = SPECIAL[token], []
        if name:
            yield name, self.decode(following)
