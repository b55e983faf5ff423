"""A set of 64-bit fingerprints that a million conversations can go through: at most 32 bytes for each."""

import re
from array import array
from hashlib import blake2b
from typing import Final

from orchestrator.transcript import Transcript

_WORD: Final = re.compile(r"[^\W_]+")


def fingerprint(transcript: Transcript) -> int:
    """Return a number that conversations share who said the same in the same order; case and punctuation aside.

    Two different ones among a million share it by chance with a probability of 3 in 100 million.
    """
    digest = blake2b(digest_size=8)
    for turn in transcript.turns:
        words = " ".join(_WORD.findall(turn.text.casefold()))
        digest.update(f"{turn.speaker}\x1f{words}\x1e".encode())
    return int.from_bytes(digest.digest(), "little")


class Seen:
    """Open addressing with linear probing in one flat array, at most half full."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._count = 0

    def add(self, number: int) -> bool:
        """Take in a 64-bit number; tell whether it is new."""
        number = number or 1  # 0 marks a free slot
        place = self._place(number)
        if self._slots[place]:
            return False
        self._slots[place] = number
        self._count += 1
        if 2 * self._count > len(self._slots):
            self._grow()
        return True

    def _place(self, number: int) -> int:
        mask = len(self._slots) - 1
        place = number & mask
        while self._slots[place] not in (0, number):
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(2 * 8 * len(old)))
        for number in filter(None, old):
            self._slots[self._place(number)] = number
