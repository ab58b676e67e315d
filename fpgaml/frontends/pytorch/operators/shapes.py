"""What moves values and computes none: shapes, order of axes, parts, joins, padding; and what does nothing at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fpgaml.frontends.pytorch.schema import Ref
from fpgaml.frontends.pytorch.site import FLOATS, Site, Translator

FAR = (1 << 63) - 1
"""An end that PyTorch writes for `to the end`."""


def same(site: Site) -> None:
    """The tensor itself; a constant stays one."""
    values = site.array("self")
    if values is None:
        site.give("Identity", site.tensor())
    else:
        site.whole.constants[site.output()] = values


SIGNED = {"int8": 3, "int16": 5, "int32": 6, "int64": 7}
"""By name what ONNX calls integers (TensorProto.DataType)."""


def copy(site: Site) -> None:
    """The tensor itself, in another place or with other bits; whole numbers lose their fractions."""
    wanted = site.changes_type()
    given = site.value("self")
    if wanted and isinstance(given, Ref) and site.whole.metas[given.name].dtype in FLOATS:
        if wanted not in SIGNED:
            raise site.unsupported(f"makes {wanted} numbers of it", "Make int64 or int32, or keep floating point")
        site.give("Cast", site.tensor(), to=SIGNED[wanted])
        return
    same(site)


def dropout(site: Site) -> None:
    """Nothing, outside of training."""
    if site.flag("train"):
        raise site.unsupported("drops values by chance", "Call `model.eval()` before `torch.export.export`")
    site.give("Identity", site.tensor("input"))


def reshape(site: Site) -> None:
    """The same values in the output's shape."""
    site.give_reshaped(site.tensor())


def permute(site: Site) -> None:
    """The axes in another order."""
    rank = len(site.shape())
    site.give("Transpose", site.tensor(), perm=[axis % rank for axis in site.wholes("dims")])


def transpose(site: Site) -> None:
    """Two axes exchanged."""
    order = list(range(len(site.shape())))
    a, b = (site.axis(name) for name in list(site.call.arguments)[1:3])
    if order:
        order[a], order[b] = order[b], order[a]
    site.give("Transpose", site.tensor(), perm=order)


def matrix_transpose(site: Site) -> None:
    """The last two axes exchanged."""
    order = list(range(len(site.shape())))
    site.give("Transpose", site.tensor(), perm=[*order[:-2], *reversed(order[-2:])])


def move_axes(site: Site) -> None:
    """Some axes put in other places, the rest in the order that they have."""
    rank = len(site.shape())
    source, target = ([axis % rank for axis in site.wholes(name)] for name in ("source", "destination"))
    rest = [axis for axis in range(rank) if axis not in source]
    placed = dict(zip(target, source, strict=True))
    site.give(
        "Transpose", site.tensor(), perm=[placed[axis] if axis in placed else rest.pop(0) for axis in range(rank)]
    )


def flip(site: Site) -> None:
    """Some axes from the end to the start."""
    axes = [site.inner(axis % len(site.shape())) for axis in site.wholes("dims")]
    numbers = {"starts": [-1] * len(axes), "ends": [-FAR] * len(axes), "axes": axes, "steps": [-1] * len(axes)}
    named = (site.constant(np.array(values, np.int64), word) for word, values in numbers.items())
    site.give("Slice", site.tensor(), *named)


def expand(site: Site) -> None:
    """Axes of size 1 repeated."""
    shape = site.constant(np.array(site.out_shape, np.int64), "shape")
    site.give("Expand", site.tensor(), shape)


def repeat(site: Site) -> None:
    """Everything repeated, after axes of size 1 in front."""
    times = site.wholes("repeats" if site.has("repeats") else "dims")
    tensor, shape = site.tensor(), site.shape()
    times = [1] * (len(shape) - len(times)) + times
    if len(times) > len(shape):
        tensor = site.reshaped(tensor, [1] * (len(times) - len(shape)) + list(shape), "wide")
    site.give("Tile", tensor, site.constant(np.array(times, np.int64), "times"))


def concatenate(site: Site) -> None:
    """Tensors one behind the other along an axis."""
    rank = len(site.out_shape)
    site.give("Concat", *site.tensors("tensors"), axis=site.axis("dim", 0, rank=rank))


def stack(site: Site) -> None:
    """Tensors one behind the other along a new axis."""
    shape = list(site.out_shape)
    axis = site.axis("dim", 0, rank=len(shape))
    shape[axis] = 1
    wide = [site.reshaped(tensor, shape, f"wide_{n}") for n, tensor in enumerate(site.tensors("tensors"))]
    site.give("Concat", *wide, axis=axis)


def split(site: Site) -> None:
    """Parts along an axis: of the given sizes, of one size, or so many."""
    axis = site.inner(site.axis("dim", 0))
    names = [site.output(position) or f"{site.call.name}.{position}" for position in range(len(site.call.outputs))]
    sizes = _sizes(site, site.shape()[axis], len(names))
    site.give("Split", site.tensor(), site.constant(np.array(sizes, np.int64), "sizes"), outputs=names, axis=axis)


def _sizes(site: Site, total: int, count: int) -> list[int]:
    for name in ("split_sizes", "split_size"):
        if isinstance(site.value(name), tuple):
            return site.wholes(name)
    chunks = site.whole_number("chunks") if site.has("chunks") else 0
    each = -(-total // chunks) if chunks > 0 else site.whole_number("split_size")
    if each < 1 or -(-total // each) != count:
        raise site.unsupported(f"makes {count} parts of {total} values")
    return [min(each, total - start) for start in range(0, total, each)]


def unbind(site: Site) -> None:
    """Every slice along an axis, without the axis."""
    axis = site.inner(site.axis("dim", 0))
    for number, name in enumerate(site.call.outputs):
        if name in site.whole.used:
            piece = _sliced(site, site.tensor(), axis, number, number + 1, 1, f"piece_{number}")
            site.give_reshaped(piece, output=number)


def part(site: Site) -> None:
    """From one place to another along an axis, in steps."""
    axis = site.axis("dim", 0)
    size = site.shape()[axis]
    start = site.whole_number("start", 0) if site.has("start") else 0
    end = site.whole_number("end", FAR) if site.has("end") else FAR
    step = site.whole_number("step", 1)
    if (start, min(end, size), step) == (0, size, 1):
        site.give("Identity", site.tensor())
        return
    site.inner(axis)
    named = (site.constant(np.array([n], np.int64), word) for n, word in _ends(start, end, axis, step))
    site.give("Slice", site.tensor(), *named)


def narrow(site: Site) -> None:
    """So many values from a place on."""
    axis, start = site.inner(site.axis()), site.whole_number("start")
    named = _ends(start, start + site.whole_number("length"), axis, 1)
    site.give("Slice", site.tensor(), *(site.constant(np.array([n], np.int64), word) for n, word in named))


def select(site: Site) -> None:
    """One slice along an axis, without the axis."""
    axis = site.inner(site.axis())
    size, index = site.shape()[axis], site.whole_number("index")
    first = index + size if index < 0 else index
    site.give_reshaped(_sliced(site, site.tensor(), axis, first, first + 1, 1, "slice"))


def _sliced(site: Site, tensor: str, axis: int, start: int, end: int, step: int, suffix: str) -> str:
    named = _ends(start, end, axis, step)
    constants = [site.constant(np.array([n], np.int64), f"{suffix}_{word}") for n, word in named]
    return site.emit("Slice", tensor, *constants, suffix=suffix)


def _ends(start: int, end: int, axis: int, step: int) -> Sequence[tuple[int, str]]:
    return (start, "start"), (end, "end"), (axis, "axis"), (step, "step")


def pick(site: Site) -> None:
    """Slices at constant places along an axis."""
    places = site.array("index")
    if places is None:
        raise site.unsupported("picks at places that are computed")
    site.give("Gather", site.tensor(), site.tensor("index"), axis=site.inner(site.axis()))


def index(site: Site) -> None:
    """The same, as `x[:, [0, 2]]` is written."""
    given = site.value("indices")
    places = [n for n, each in enumerate(given) if each is not None] if isinstance(given, tuple) else []
    named = given[places[0]] if isinstance(given, tuple) and len(places) == 1 else None
    values = site.whole.constants.get(site.whole.current(named.name)) if isinstance(named, Ref) else None
    if values is None or values.dtype.kind != "i":
        raise site.unsupported("picks at places that are computed, or along several axes")
    site.give("Gather", site.tensor(), site.constant(values, "places"), axis=site.inner(places[0]))


MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(site: Site) -> None:
    """Values around the last axes: a number, or the tensor's own."""
    pairs = site.wholes("pad")
    rank = len(site.shape())
    before, after = [0] * rank, [0] * rank
    for number in range(len(pairs) // 2):
        before[rank - 1 - number], after[rank - 1 - number] = pairs[2 * number], pairs[2 * number + 1]
    mode = MODES.get(str(site.value("mode", "constant")))
    if mode is None:
        raise site.unsupported(f"pads by {site.value('mode')!r}")
    pads = site.constant(np.array(before + after, np.int64), "pads")
    value = site.real("value", 0.0) if site.has("value") else 0.0
    constant = [site.constant(np.float64(value), "value")] if mode == "constant" and value else []
    site.give("Pad", site.tensor(), pads, *constant, mode=mode)


def filled(site: Site) -> None:
    """A constant tensor: zeros, ones or a value."""
    name, shape = site.call.target.split(".")[1], site.out_shape
    fills = {"zeros": 0.0, "ones": 1.0, "zeros_like": 0.0, "ones_like": 1.0, "new_zeros": 0.0, "new_ones": 1.0}
    value = fills[name] if name in fills else site.real("fill_value")
    site.whole.constants[site.output()] = np.broadcast_to(np.float64(value), shape)


def row(site: Site) -> None:
    """Numbers in equal steps."""
    start, step = site.real("start", 0), site.real("step", 1)
    found = start + step * np.arange(site.out_shape[0])
    whole = site.whole.metas[site.output()].dtype not in FLOATS
    site.whole.constants[site.output()] = found.astype(np.int64) if whole else found


def nothing(_: Site) -> None:
    """A check or a bound that computes nothing."""


TRANSLATORS: Mapping[str, Translator] = {
    **dict.fromkeys(
        [
            *("aten.contiguous.default", "aten.alias.default", "aten.detach.default"),
            *("aten.lift_fresh_copy.default", "aten.lift_fresh.default", "aten.clone.default"),
        ],
        same,
    ),
    **dict.fromkeys([f"aten.to.{each}" for each in ("dtype", "dtype_layout", "device", "other", "prim_Device")], copy),
    **dict.fromkeys(["aten._to_copy.default", "aten.type_as.default"], copy),
    **{f"aten.{each}.default": dropout for each in ("dropout", "alpha_dropout", "feature_dropout", "native_dropout")},
    **dict.fromkeys(
        [
            *("aten.view.default", "aten._unsafe_view.default", "aten.reshape.default", "aten.flatten.using_ints"),
            *("aten.unflatten.int", "aten.squeeze.default", "aten.squeeze.dim", "aten.squeeze.dims"),
            *("aten.unsqueeze.default", "aten.view_as.default", "aten.reshape_as.default"),
        ],
        reshape,
    ),
    "aten.permute.default": permute,
    "aten.transpose.int": transpose,
    "aten.swapaxes.default": transpose,
    "aten.t.default": matrix_transpose,
    "aten.mT.default": matrix_transpose,
    "aten.movedim.intlist": move_axes,
    "aten.movedim.int": move_axes,
    "aten.flip.default": flip,
    "aten.expand.default": expand,
    "aten.expand_as.default": expand,
    "aten.repeat.default": repeat,
    "aten.tile.default": repeat,
    "aten.cat.default": concatenate,
    "aten.concat.default": concatenate,
    "aten.stack.default": stack,
    "aten.split.Tensor": split,
    "aten.split.sizes": split,
    "aten.split_with_sizes.default": split,
    "aten.chunk.default": split,
    "aten.unbind.int": unbind,
    "aten.slice.Tensor": part,
    "aten.narrow.default": narrow,
    "aten.select.int": select,
    "aten.index_select.default": pick,
    "aten.index.Tensor": index,
    "aten.pad.default": pad,
    "aten.constant_pad_nd.default": pad,
    **{
        f"aten.{each}.default": filled
        for each in (
            "zeros",
            "ones",
            "full",
            "zeros_like",
            "ones_like",
            "full_like",
            "new_zeros",
            "new_ones",
            "new_full",
        )
    },
    "aten.arange.default": row,
    "aten.arange.start": row,
    "aten.arange.start_step": row,
    "aten._assert_tensor_metadata.default": nothing,
    "aten.sym_constrain_range_for_size.default": nothing,
    "aten._assert_scalar.default": nothing,
}
