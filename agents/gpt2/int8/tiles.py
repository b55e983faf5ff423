"""The three inner loops that everything else is made of, written in LLVM's own terms: what numba cannot say itself.

Each works on a tile that fits the registers of a processor with AVX-512, whose VNNI instruction multiplies bytes and
sums them in int32, exactly. Addresses are passed as integers. Tiles know nothing of rows, pages or layers.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from llvmlite import binding, ir
from numba import types
from numba.core import config
from numba.extending import intrinsic

settings: Any = config
LANES: Final = 16
ROWS: Final = 6
"""Rows of a tile of products: with 4 vectors of columns, 24 sums stay in the 32 registers of AVX-512."""
COLUMNS: Final = 4 * LANES
QUAD: Final = 4
"""Neighbouring codes that one instruction multiplies and adds up."""
LINE: Final = 64
"""Bytes of a line of the processor's caches, and of a page's record."""
KEY_SCALES, KEY_SUMS, VALUES, VALUE_SCALES, RECORD = 16, 17, 18, 34, 35
"""Lines of what a page holds of one head: keys (line g: dimensions 4 g to 4 g + 3 of all tokens), each token's scale
and sum of codes, values (a line a token), and their scales; RECORD is how many lines that makes."""

_BYTE, _INT, _WIDE, _FLOAT = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.FloatType()
_INTS, _FLOATS = ir.VectorType(_INT, LANES), ir.VectorType(_FLOAT, LANES)
_VNNI: Final = "llvm.x86.avx512.vpdpbusd.512"
_FMA: Final = "llvm.fma.v16f32"

Builder: TypeAlias = Any
Value: TypeAlias = Any
Sums: TypeAlias = list[list[Value]]


def has_vnni() -> bool:
    """Whether numba compiles for a processor with AVX-512 VNNI."""
    if settings.CPU_NAME:
        return "+avx512vnni" in (settings.CPU_FEATURES or "")
    return bool(binding.get_host_cpu_features().get("avx512vnni"))


@intrinsic
def address(context: Any, array: Any) -> Any:
    """Return where an array's first number lies, as the integer that tiles take."""

    def build(context: Any, builder: Builder, signature: Any, args: Sequence[Value]) -> Value:
        return builder.ptrtoint(context.make_array(array)(context, builder, args[0]).data, _WIDE)

    return types.intp(array), build


@intrinsic
def extremes(context: Any, numbers: Any, vectors: Any) -> Any:
    """Return the least and the largest of `vectors` >= 1 times LANES fp32 numbers at the address `numbers`."""

    def build(context: Any, builder: Builder, signature: Any, args: Sequence[Value]) -> Value:
        numbers, vectors = args

        def compare(k: Value, found: Sums) -> Sums:
            value = _load(builder, _FLOATS, _at(builder, numbers, k, 4 * LANES))
            pairs = zip(("<", ">"), found[0], strict=True)
            return [[builder.select(builder.fcmp_ordered(sign, value, old), value, old) for sign, old in pairs]]

        first = _load(builder, _FLOATS, numbers)
        found = _loop(builder, vectors, _FLOATS, 1, 2, compare, [[first, first]])[0]
        least, largest = _reduced(builder, "fmin", found[0]), _reduced(builder, "fmax", found[1])
        return context.make_tuple(builder, signature.return_type, [least, largest])

    pair: Any = types.UniTuple
    return pair(types.float32, 2)(types.intp, types.intp), build


@intrinsic
def dot_tile(
    context: Any, a: Any, stride: Any, b: Any, quads: Any, scales: Any, zeros: Any, column: Any, out: Any, step: Any,
    add: Any,
) -> Any:  # fmt: skip
    """Write ROWS x COLUMNS fp32 numbers: rows of unsigned codes `a` times columns of signed codes `b`, scaled.

    `a`: address of the first row's codes, `stride` bytes from row to row; `b`: (quads, COLUMNS, QUAD) codes; `scales`,
    `zeros`: each row's scale (fp32) and zero point (int32); `column`: (3, COLUMNS): scales (fp32), sums of codes
    (int32), biases (fp32); `out`: the first number, `step` bytes from row to row; with `add` it adds to what stands.
    """

    def build(context: Any, builder: Builder, signature: Any, args: Sequence[Value]) -> Value:
        a, stride, b, quads, scales, zeros, column, out, step, add = args

        def multiply(k: Value, sums: Sums) -> Sums:
            columns = [_load(builder, _INTS, _at(builder, b, k, 4 * COLUMNS, 64 * v), align=64) for v in range(4)]
            rows = []
            for r in range(ROWS):
                place = builder.add(_at(builder, a, k, QUAD), builder.mul(stride, _wide(r)))
                quad = _spread(builder, _load(builder, _INT, place))
                rows.append([_dot(builder, sums[r][v], quad, columns[v]) for v in range(4)])
            return rows

        sums = _loop(builder, quads, _INTS, ROWS, 4, multiply)
        for r in range(ROWS):
            scale = _spread(builder, _load(builder, _FLOAT, builder.add(scales, _wide(4 * r))))
            zero = _spread(builder, _load(builder, _INT, builder.add(zeros, _wide(4 * r))))
            for v in range(4):
                each, total, bias = (
                    _load(builder, kind, builder.add(column, _wide(256 * n + 64 * v)))
                    for n, kind in enumerate((_FLOATS, _INTS, _FLOATS))
                )
                exact = builder.sub(sums[r][v], builder.mul(zero, total))
                value = builder.fmul(builder.sitofp(exact, _FLOATS), builder.fmul(scale, each))
                target = builder.add(builder.add(out, builder.mul(step, _wide(r))), _wide(64 * v))
                before = _load(builder, _FLOATS, target)
                base = builder.select(add, before, ir.Constant(_FLOATS, None))
                _store(builder, builder.fadd(builder.fadd(base, bias), value), target)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 9, types.boolean), build


def _score_tile(rows: int) -> Callable[..., Any]:
    @intrinsic
    def score_tile(
        context: Any, q: Any, stride: Any, scales: Any, scale_stride: Any, page: Any, ahead: Any, out: Any, step: Any,
    ) -> Any:  # fmt: skip
        """Write the scores of rows of queries against the LANES tokens of a page, (rows, LANES) in fp32.

        `q`: unsigned codes, zero point 128, `stride` bytes from row to row; `scales`: of each row of queries; `page`:
        a head's record in a page (see `RECORD`); `ahead`: one that will be wanted soon; `out`: `step` bytes a row.
        """

        def build(context: Any, builder: Builder, signature: Any, args: Sequence[Value]) -> Value:
            q, stride, scales, scale_stride, page, ahead, out, step = args

            def multiply(k: Value, so_far: Sums) -> Sums:
                _prefetch(builder, _at(builder, ahead, k, LINE))
                keys = _load(builder, _INTS, _at(builder, page, k, LINE), align=LINE)
                new = []
                for r in range(rows):
                    place = builder.add(_at(builder, q, k, QUAD), builder.mul(stride, _wide(r)))
                    new.append([_dot(builder, so_far[r][0], _spread(builder, _load(builder, _INT, place)), keys)])
                return new

            products = _loop(builder, _wide(COLUMNS // QUAD), _INTS, rows, 1, multiply)
            for line in (KEY_SCALES, KEY_SUMS):
                _prefetch(builder, builder.add(ahead, _wide(LINE * line)))
            each = _load(builder, _FLOATS, builder.add(page, _wide(LINE * KEY_SCALES)))
            total = _load(builder, _INTS, builder.add(page, _wide(LINE * KEY_SUMS)))
            offset = builder.mul(total, ir.Constant(_INTS, [128] * LANES))
            for r in range(rows):
                own = _load(builder, _FLOAT, builder.add(scales, builder.mul(scale_stride, _wide(r))))
                exact = builder.sitofp(builder.sub(products[r][0], offset), _FLOATS)
                score = builder.fmul(exact, builder.fmul(_spread(builder, own), each))
                _store(builder, score, builder.add(out, builder.mul(step, _wide(r))))
            return context.get_dummy_value()

        return types.void(*[types.intp] * 8), build

    return score_tile


def _mix_tile(rows: int) -> Callable[..., Any]:
    @intrinsic
    def mix_tile(context: Any, weights: Any, stride: Any, page: Any, ahead: Any, out: Any, step: Any) -> Any:
        """Add to `out`, rows of COLUMNS fp32 numbers, the values of a page's LANES tokens, weighted.

        `weights`: fp32, `stride` bytes from row to row, spoilt on return; `page`, `ahead`: as for scores; `step`: from
        row to row of `out`.
        """

        def build(context: Any, builder: Builder, signature: Any, args: Sequence[Value]) -> Value:
            weights, stride, page, ahead, out, step = args
            scales = _load(builder, _FLOATS, builder.add(page, _wide(LINE * VALUE_SCALES)))
            _prefetch(builder, builder.add(ahead, _wide(LINE * VALUE_SCALES)))
            for r in range(rows):
                place = builder.add(weights, builder.mul(stride, _wide(r)))
                _store(builder, builder.fmul(_load(builder, _FLOATS, place), scales), place)

            def multiply(t: Value, sums: Sums) -> Sums:
                bytes_ = ir.VectorType(_BYTE, LANES)
                _prefetch(builder, _at(builder, ahead, t, LINE, LINE * VALUES))
                first = LINE * VALUES
                codes = [_load(builder, bytes_, _at(builder, page, t, LINE, first + LANES * v)) for v in range(4)]
                values = [builder.sitofp(builder.sext(code, _INTS), _FLOATS) for code in codes]
                new = []
                for r in range(rows):
                    place = builder.add(_at(builder, weights, t, 4), builder.mul(stride, _wide(r)))
                    weight = _spread(builder, _load(builder, _FLOAT, place))
                    new.append([_call(builder, _FMA, _FLOATS, weight, values[v], sums[r][v]) for v in range(4)])
                return new

            targets = [
                [builder.add(builder.add(out, builder.mul(step, _wide(r))), _wide(64 * v)) for v in range(4)]
                for r in range(rows)
            ]
            before = [[_load(builder, _FLOATS, target) for target in row] for row in targets]
            sums = _loop(builder, _wide(LANES), _FLOATS, rows, 4, multiply, before)
            for row, new in zip(targets, sums, strict=True):
                for target, value in zip(row, new, strict=True):
                    _store(builder, value, target)
            return context.get_dummy_value()

        return types.void(*[types.intp] * 6), build

    return mix_tile


score_row, score_rows = _score_tile(1), _score_tile(ROWS)
mix_row, mix_rows = _mix_tile(1), _mix_tile(ROWS)


def _loop(
    builder: Builder, count: Value, kind: Any, rows: int, columns: int, body: Callable[[Value, Sums], Sums],
    start: Sums | None = None,
) -> Sums:  # fmt: skip
    """Build `for k in range(count): sums = body(k, sums)` with the sums, rows x columns vectors, in registers."""
    before = builder.block
    loop, after = builder.append_basic_block("tile"), builder.append_basic_block("tile.end")
    builder.branch(loop)
    builder.position_at_end(loop)
    k = builder.phi(_WIDE)
    k.add_incoming(_wide(0), before)
    sums = [[builder.phi(kind) for _ in range(columns)] for _ in range(rows)]
    for r in range(rows):
        for v in range(columns):
            sums[r][v].add_incoming(start[r][v] if start else ir.Constant(kind, None), before)
    new = body(k, sums)
    following = builder.add(k, _wide(1))
    k.add_incoming(following, loop)
    for r in range(rows):
        for v in range(columns):
            sums[r][v].add_incoming(new[r][v], loop)
    builder.cbranch(builder.icmp_signed("<", following, count), loop, after)
    builder.position_at_end(after)
    return new


def _dot(builder: Builder, sums: Value, unsigned: Value, signed: Value) -> Value:
    """Add to each of LANES sums the product of its QUAD unsigned and its QUAD signed bytes."""
    return _call(builder, _VNNI, _INTS, sums, unsigned, signed)


def _call(builder: Builder, name: str, kind: Any, *args: Value) -> Value:
    """Call an LLVM function whose arguments and result are all of `kind`."""
    known = builder.module.globals.get(name)
    function = known or ir.Function(builder.module, ir.FunctionType(kind, [kind] * len(args)), name)
    return builder.call(function, args)


def _prefetch(builder: Builder, address: Value) -> None:
    """Ask for the line at `address`, to be read, into all caches."""
    pointer = builder.inttoptr(address, _BYTE.as_pointer())
    kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), _INT, _INT, _INT])
    known = builder.module.globals.get("llvm.prefetch.p0")
    function = known or ir.Function(builder.module, kind, "llvm.prefetch.p0")
    builder.call(function, [pointer, *(ir.Constant(_INT, n) for n in (0, 3, 1))])


def _reduced(builder: Builder, operation: str, vector: Value) -> Value:
    """Return one number out of LANES: fmin or fmax, where there are no NaNs."""
    name = f"llvm.vector.reduce.{operation}.v16f32"
    known = builder.module.globals.get(name)
    function = known or ir.Function(builder.module, ir.FunctionType(_FLOAT, [_FLOATS]), name)
    return builder.call(function, [vector], fastmath=("nnan",))


def _wide(number: int) -> Value:
    return ir.Constant(_WIDE, number)


def _at(builder: Builder, base: Value, index: Value, size: int, offset: int = 0) -> Value:
    """Return the address of item `index` of `size` bytes, `offset` bytes on."""
    return builder.add(base, builder.add(builder.mul(index, _wide(size)), _wide(offset)))


def _load(builder: Builder, kind: Any, address: Value, *, align: int = 1) -> Value:
    return builder.load(builder.inttoptr(address, kind.as_pointer()), align=align)


def _store(builder: Builder, value: Value, address: Value) -> None:
    builder.store(value, builder.inttoptr(address, value.type.as_pointer()), align=1)


def _spread(builder: Builder, value: Value) -> Value:
    """Return a vector with `value` in all lanes."""
    kind = ir.VectorType(value.type, LANES)
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(_INT, 0))
    return builder.shuffle_vector(first, ir.Constant(kind, ir.Undefined), ir.Constant(_INTS, None))
