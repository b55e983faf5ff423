"""Counter-based random numbers: each is a pure function of its key and its position, never of what came before.

Keys are BLAKE2b digests of what names the draw (seed, conversation, turn, speaker, attempt). Positions are mixed in
with SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). It knows nothing
of conversations, and there is no generator object to share or to forget.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, TypeVar

_T = TypeVar("_T")

_MASK: Final = (1 << 64) - 1
_GAMMA: Final = 0x9E3779B97F4A7C15


def key(*parts: int | str) -> int:
    """Return a 64-bit key that names a stream of draws."""
    text = "\x1f".join(f"{type(part).__name__[0]}{part}" for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def bits(stream: int, position: int) -> int:
    """Return the 64 random bits at `position` of `stream`."""
    z = (stream + (position + 1) * _GAMMA) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def uniform(stream: int, position: int) -> float:
    """Return a number in [0, 1) with 53 random bits."""
    return (bits(stream, position) >> 11) * 2.0**-53


def below(stream: int, position: int, bound: int) -> int:
    """Return an integer in [0, bound); the bias is under bound / 2**64."""
    return (bits(stream, position) * bound) >> 64


def choose(stream: int, position: int, options: Sequence[_T]) -> _T:
    """Return one of `options`, each equally likely."""
    return options[below(stream, position, len(options))]


def permuted(index: int, size: int, stream: int) -> int:
    """Return where `index` goes under a random permutation of range(size), without holding the permutation.

    A four-round Feistel network over the next even power of two, walked until it lands inside the range (Black and
    Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002).
    """
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    low = (1 << half) - 1
    while True:
        left, right = index >> half, index & low
        for round_ in range(4):
            left, right = right, left ^ (bits(stream ^ (round_ * _GAMMA & _MASK), right) & low)
        index = (left << half) | right
        if index < size:
            return index
