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
"""Bytes of a line of the processor's caches, of which pages are made."""
KEY_SCALES, KEY_SUMS, KEYS = 16, 17, 18
"""Lines of a head's keys in a page: line g holds dimensions 4 g to 4 g + 3 of all tokens; then each token's scale and
sum of codes. KEYS is how many lines that makes."""
VALUE_SCALES, VALUES = 16, 17
"""Lines of a head's values: line 4 g + v holds dimensions 16 v to 16 v + 15 of tokens 4 g to 4 g + 3, the tokens of a
dimension side by side; then each token's scale. VALUES is how many lines that makes."""

_BYTE, _INT, _WIDE, _FLOAT = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.FloatType()
_INTS, _FLOATS = ir.VectorType(_INT, LANES), ir.VectorType(_FLOAT, LANES)
_VNNI: Final = "llvm.x86.avx512.vpdpbusd.512"
_FMA: Final = "llvm.fma.v16f32"
_NOTHING: Final = 2.0**-100
"""A largest weight below this counts as this, so that its reciprocal is a number."""

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
        context: Any, q: Any, stride: Any, scales: Any, scale_stride: Any, page: Any, out: Any, step: Any,
    ) -> Any:  # fmt: skip
        """Write the scores of rows of queries against the LANES tokens of a page, (rows, LANES) in fp32.

        `q`: unsigned codes, zero point 128, `stride` bytes from row to row; `scales`: of each row of queries; `page`:
        a head's keys in a page (see `KEYS`); `out`: `step` bytes from row to row.
        """

        def build(context: Any, builder: Builder, signature: Any, args: Sequence[Value]) -> Value:
            q, stride, scales, scale_stride, page, out, step = args

            def multiply(k: Value, so_far: Sums) -> Sums:
                keys = _load(builder, _INTS, _at(builder, page, k, LINE), align=LINE)
                new = []
                for r in range(rows):
                    place = builder.add(_at(builder, q, k, QUAD), builder.mul(stride, _wide(r)))
                    new.append([_dot(builder, so_far[r][0], _spread(builder, _load(builder, _INT, place)), keys)])
                return new

            products = _loop(builder, _wide(COLUMNS // QUAD), _INTS, rows, 1, multiply)
            each = _load(builder, _FLOATS, builder.add(page, _wide(LINE * KEY_SCALES)))
            total = _load(builder, _INTS, builder.add(page, _wide(LINE * KEY_SUMS)))
            offset = builder.mul(total, ir.Constant(_INTS, [128] * LANES))
            for r in range(rows):
                own = _load(builder, _FLOAT, builder.add(scales, builder.mul(scale_stride, _wide(r))))
                exact = builder.sitofp(builder.sub(products[r][0], offset), _FLOATS)
                score = builder.fmul(exact, builder.fmul(_spread(builder, own), each))
                _store(builder, score, builder.add(out, builder.mul(step, _wide(r))))
            return context.get_dummy_value()

        return types.void(*[types.intp] * 7), build

    return score_tile


def _mix_tile(rows: int) -> Callable[..., Any]:
    @intrinsic
    def mix_tile(context: Any, weights: Any, stride: Any, page: Any, out: Any, step: Any) -> Any:
        """Add to `out`, rows of COLUMNS fp32 numbers, the values of a page's LANES tokens, weighted.

        `weights`: fp32, none below 0, `stride` bytes from row to row, spoilt on return: times the values' scales they
        become unsigned codes, of which the largest of a row is 255. `page`: a head's values (see `VALUES`);
        `step`: bytes from row to row of `out`.
        """

        def build(context: Any, builder: Builder, signature: Any, args: Sequence[Value]) -> Value:
            weights, stride, page, out, step = args
            each = _load(builder, _FLOATS, builder.add(page, _wide(LINE * VALUE_SCALES)))
            places = [builder.add(weights, builder.mul(stride, _wide(r))) for r in range(rows)]
            scales = [_encode_weights(builder, place, each) for place in places]

            def multiply(k: Value, so_far: Sums) -> Sums:
                lines = [_at(builder, page, k, 4 * LINE, LINE * v) for v in range(4)]
                values = [_load(builder, _INTS, line, align=LINE) for line in lines]
                quads = [_spread(builder, _load(builder, _INT, _at(builder, place, k, QUAD))) for place in places]
                return [[_dot(builder, so_far[r][v], quads[r], values[v]) for v in range(4)] for r in range(rows)]

            products = _loop(builder, _wide(LANES // QUAD), _INTS, rows, 4, multiply)
            for r in range(rows):
                for v in range(4):
                    target = builder.add(builder.add(out, builder.mul(step, _wide(r))), _wide(4 * LANES * v))
                    product, before = builder.sitofp(products[r][v], _FLOATS), _load(builder, _FLOATS, target)
                    _store(builder, _call(builder, _FMA, _FLOATS, scales[r], product, before), target)
            return context.get_dummy_value()

        return types.void(*[types.intp] * 5), build

    return mix_tile


def _encode_weights(builder: Builder, place: Value, scales: Value) -> Value:
    """Turn the LANES weights at `place`, times `scales`, into unsigned codes there; return their scale in all lanes."""
    weights = builder.fmul(_load(builder, _FLOATS, place), scales)
    largest = _reduced(builder, "fmax", weights)
    least = ir.Constant(_FLOAT, _NOTHING)
    bound = builder.select(builder.fcmp_ordered(">", largest, least), largest, least)
    inverse = _spread(builder, builder.fdiv(ir.Constant(_FLOAT, 255.0), bound))
    rounded = _call(builder, _FMA, _FLOATS, weights, inverse, ir.Constant(_FLOATS, [0.5] * LANES))
    codes = builder.trunc(builder.fptosi(rounded, _INTS), ir.VectorType(_BYTE, LANES))
    _store(builder, codes, place)
    return _spread(builder, builder.fdiv(bound, ir.Constant(_FLOAT, 255.0)))


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
