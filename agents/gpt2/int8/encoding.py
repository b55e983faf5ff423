"""Rows of fp32 numbers to codes of one byte: with a layer norm or GELU before it, or as they are.

A row's numbers are added up in an order that depends only on its length. Ranges of rows are given as first and last.
"""

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from agents.gpt2.int8.tiles import LANES, address, extremes

_LOG2E: Final = np.float32(1.4426950408889634)
_C1: Final = np.float32(0.6931471805599453)
_C2: Final = np.float32(0.2402265069591007)
_C3: Final = np.float32(0.05550410866482158)
_C4: Final = np.float32(0.009618129107628477)
_C5: Final = np.float32(0.0013333558146428443)
_C6: Final = np.float32(0.000154035303933816)
_LOWEST: Final = np.float32(-90.0)
_HIGHEST: Final = np.float32(90.0)
_TINY: Final = np.float32(1e-20)
_GELU: Final = np.float32(2 * 0.7978845608028654)
_CUBE: Final = np.float32(0.044715)


@intrinsic
def _float_of_bits(context: Any, bits: Any) -> Any:
    """Return the fp32 number with the given int32 pattern."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), build


@njit(inline="always")
def exp(x: Any) -> Any:
    """Return e**x: 2**n times the Taylor polynomial of 2**f, |f| <= 1/2; relative error under 1e-7; clamped far out."""
    y = min(max(x * _LOG2E, _LOWEST), _HIGHEST)
    n = np.floor(y + np.float32(0.5))
    f = y - n
    p = np.float32(1.0) + f * (_C1 + f * (_C2 + f * (_C3 + f * (_C4 + f * (_C5 + f * _C6)))))
    return p * _float_of_bits((np.int32(n) + np.int32(127)) << np.int32(23))


@njit(nogil=True, forceinline=True)
def _bounds(x: Any) -> Any:
    """Return the least and the largest number of x, both of them at most and at least 0."""
    whole = x.shape[0] // LANES
    low, high = extremes(address(x), whole) if whole else (np.float32(0.0), np.float32(0.0))
    for i in range(whole * LANES, x.shape[0]):
        low, high = min(low, x[i]), max(high, x[i])
    return min(low, np.float32(0.0)), max(high, np.float32(0.0))


@njit(nogil=True, fastmath=True, forceinline=True)
def encode(x: Any, codes: Any) -> Any:
    """Fill unsigned `codes` (K padded) for the row `x` (K); return its scale and zero point."""
    low, high = _bounds(x)
    scale = max((high - low) / np.float32(255.0), _TINY)
    inverse = np.float32(1.0) / scale
    zero = np.floor(np.float32(0.5) - low * inverse)
    for i in range(x.shape[0]):
        codes[i] = np.uint8(min(np.int32(x[i] * inverse + zero + np.float32(0.5)), np.int32(255)))
    return scale, np.int32(zero)


@njit(nogil=True, fastmath=True, forceinline=True)
def encode_signed(x: Any, codes: Any, offset: int) -> Any:
    """Fill `codes` with round(x / scale) + offset, |x / scale| <= 127; return the scale and the sum of codes."""
    low, high = _bounds(x)
    scale = max(max(high, -low) / np.float32(127.0), _TINY)
    inverse = np.float32(1.0) / scale
    total = np.int32(0)
    for i in range(x.shape[0]):
        code = np.int32(np.floor(x[i] * inverse + np.float32(0.5)))
        codes[i] = code + offset
        total += code
    return scale, total


@njit(nogil=True, fastmath=True, forceinline=True)
def norm_codes(
    x: Any, weight: Any, bias: Any, epsilon: Any, codes: Any, scales: Any, zeros: Any, first: int, last: int
) -> None:
    """Layer-normalise rows of x (N, C) and encode them."""
    width = np.float32(x.shape[1])
    normed = np.empty(x.shape[1], np.float32)
    for n in range(first, last):
        row = x[n]
        mean = np.float32(0.0)
        for i in range(row.shape[0]):
            mean += row[i]
        mean /= width
        variance = np.float32(0.0)
        for i in range(row.shape[0]):
            variance += (row[i] - mean) * (row[i] - mean)
        factor = np.float32(1.0) / np.sqrt(variance / width + epsilon)
        for i in range(row.shape[0]):
            normed[i] = (row[i] - mean) * factor * weight[i] + bias[i]
        scales[n], zeros[n] = encode(normed, codes[n])


@njit(nogil=True, fastmath=True, error_model="numpy", forceinline=True)
def gelu_codes(x: Any, codes: Any, scales: Any, zeros: Any, first: int, last: int) -> None:
    """Encode GELU of rows of x (N, F), by its tanh form (Hendrycks and Gimpel 2016), which is x * sigmoid(2 u).

    numpy's error model looks for no division by 0, which would keep the loop from using vectors: eight times as fast.
    """
    turned = np.empty(x.shape[1], np.float32)
    for n in range(first, last):
        row = x[n]
        for i in range(row.shape[0]):
            value = row[i]
            turned[i] = value / (np.float32(1.0) + exp(-_GELU * (value + _CUBE * value * value * value)))
        scales[n], zeros[n] = encode(turned, codes[n])


@njit(nogil=True, forceinline=True)
def row_codes(x: Any, codes: Any, scales: Any, zeros: Any, first: int, last: int) -> None:
    """Encode rows of x (N, C)."""
    for n in range(first, last):
        scales[n], zeros[n] = encode(x[n], codes[n])
