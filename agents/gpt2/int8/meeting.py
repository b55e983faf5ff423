"""Threads that wait for each other inside compiled code: cheaper than ending one parallel loop and starting the next.

A step has some sixty points at which all threads must have done their part. Waiting spins, and yields the processor
when it takes long.
"""

import sys
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic

from agents.gpt2.int8.tiles import address

_PATIENCE: Final = 4096
"""Looks at the clock of a meeting between two times that the processor is yielded."""
_WIDE, _INT = ir.IntType(64), ir.IntType(32)
_WINDOWS: Final = sys.platform == "win32"


@intrinsic
def _meet(context: Any, place: Any, threads: Any) -> Any:
    """Return once `threads` threads have called this with the same `place`, the address of 16 int64 zeros."""

    def build(context: Any, builder: Any, signature: Any, args: Sequence[Any]) -> Any:
        place, threads = args
        counter = builder.inttoptr(place, _WIDE.as_pointer())
        clock = builder.inttoptr(builder.add(place, ir.Constant(_WIDE, 64)), _WIDE.as_pointer())
        one, zero = ir.Constant(_WIDE, 1), ir.Constant(_WIDE, 0)
        now = builder.load_atomic(clock, "acquire", 8)
        before = builder.atomic_rmw("add", counter, one, "acq_rel")
        last = builder.icmp_signed("==", builder.add(before, one), threads)
        with builder.if_else(last) as (all_here, wait):
            with all_here:
                builder.store_atomic(zero, counter, "monotonic", 8)
                builder.store_atomic(builder.add(now, one), clock, "release", 8)
            with wait:
                _spin_while(builder, clock, now)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp), build


def _spin_while(builder: Any, clock: Any, now: Any) -> None:
    """Build a loop that ends when the clock shows something else than `now`."""
    before = builder.block
    loop, rest, after = (builder.append_basic_block(f"spin.{name}") for name in ("loop", "rest", "end"))
    builder.branch(loop)
    builder.position_at_end(loop)
    looks = builder.phi(_WIDE)
    looks.add_incoming(ir.Constant(_WIDE, 1), before)
    changed = builder.icmp_signed("!=", builder.load_atomic(clock, "acquire", 8), now)
    builder.cbranch(changed, after, rest)
    builder.position_at_end(rest)
    tired = builder.icmp_signed("==", builder.and_(looks, ir.Constant(_WIDE, _PATIENCE - 1)), ir.Constant(_WIDE, 0))
    with builder.if_then(tired, likely=False):
        _call(builder, "SwitchToThread" if _WINDOWS else "sched_yield", _INT)
    looks.add_incoming(builder.add(looks, ir.Constant(_WIDE, 1)), builder.block)
    builder.branch(loop)
    builder.position_at_end(after)


def _call(builder: Any, name: str, result: Any) -> Any:
    """Call a function of the system that takes nothing."""
    known = builder.module.globals.get(name)
    return builder.call(known or ir.Function(builder.module, ir.FunctionType(result, []), name), [])


@intrinsic
def _thread_name(context: Any) -> Any:
    """Return a number that no other thread of the process has."""

    def build(context: Any, builder: Any, signature: Any, args: Sequence[Any]) -> Any:
        if _WINDOWS:
            return builder.zext(_call(builder, "GetCurrentThreadId", _INT), _WIDE)
        return _call(builder, "pthread_self", _WIDE)

    return types.intp(), build


@njit(nogil=True, forceinline=True)
def meet(room: Any, threads: int) -> None:
    """Return once `threads` threads have called this with the same `room`, 16 int64 zeros."""
    if threads > 1:
        _meet(address(room), threads)


@njit(nogil=True, forceinline=True)
def _sign(names: Any, place: int) -> None:
    names[place] = _thread_name()


@njit(parallel=True, nogil=True, cache=True)
def _roll_call(names: Any) -> None:
    for place in prange(names.shape[0]):
        _sign(names, place)


def threads_that_meet(wanted: int) -> int:
    """Return `wanted` where a parallel loop gives each of so many parts a thread of its own, else 1.

    Parts that one thread does in turn could not wait for each other.
    """
    names = np.zeros(wanted, np.int64)
    _roll_call(names)
    return wanted if len(set(names.tolist())) == wanted else 1
