"""Compiled functions that a parallel loop calls by their address.

numba compiles the body of a parallel loop as a part of the loop, more than once, and in the process that compiles,
another copy may run than in those that load the code from the cache; where the compiler may reorder sums, they differ
in the last bits. A function that is called by address has one body. What it calls must be inlined into it, for the same
reason.
"""

from collections.abc import Sequence
from typing import Any

from numba import typeof, types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def call(context: Any, function: Any, arguments: Any, thread: Any, threads: Any) -> Any:
    """Call the compiled function at the address `function` with the items of the tuple `arguments` and two integers."""
    kinds = (*arguments, thread, threads)

    def build(context: Any, builder: Any, signature: Any, args: Sequence[Any]) -> Any:
        kind = context.call_conv.get_function_type(types.none, kinds)
        target = builder.inttoptr(args[0], kind.as_pointer())
        unpack: Any = cgutils.unpack_tuple
        values = [*unpack(builder, args[1]), *args[2:]]
        context.call_conv.call_function(builder, target, types.none, kinds, values)
        return context.get_dummy_value()

    return types.void(function, arguments, thread, threads), build


def compiled(function: Any, *args: object) -> int:
    """Return where the code of `function`, which numba compiles, lies for arguments of these types."""
    kind_of: Any = typeof
    kinds = tuple(kind_of(one) for one in args)
    if kinds not in function.overloads:
        function.compile(kinds)
    found: Any = function.overloads[kinds]
    address: int = found.library.get_pointer_to_function(found.fndesc.llvm_func_name)
    return address
