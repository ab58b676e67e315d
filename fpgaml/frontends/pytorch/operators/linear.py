"""Products with weights: linear layers, matrix products, convolutions, normalisations, lookups of embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fpgaml.frontends.pytorch.site import Site, Translator

EVALUATE = "Call `model.eval()` before `torch.export.export`"


def linear(site: Site) -> None:
    """x W^T + b."""
    x, weight, bias = site.tensor("input"), site.tensor("weight"), site.optional("bias")
    if len(site.shape("input")) == 2:
        site.give("Gemm", x, weight, *([bias] if bias else []), transB=1)
        return
    turned = site.emit("Transpose", weight, suffix="weight", perm=[1, 0])
    if not bias:
        site.give("MatMul", x, turned)
        return
    site.give("Add", site.emit("MatMul", x, turned, suffix="product"), bias)


def addmm(site: Site) -> None:
    """beta c + alpha a b."""
    a, b, c = site.tensor("mat1"), site.tensor("mat2"), site.tensor("self")
    site.give("Gemm", a, b, c, alpha=site.real("alpha", 1.0), beta=site.real("beta", 1.0))


def baddbmm(site: Site) -> None:
    """c + a b for stacks of matrices."""
    if site.real("alpha", 1.0) != 1.0 or site.real("beta", 1.0) != 1.0:
        raise site.unsupported("has factors alpha or beta")
    product = site.emit("MatMul", site.tensor("batch1"), site.tensor("batch2"), suffix="product")
    site.give("Add", product, site.tensor())


def matmul(site: Site) -> None:
    """A product of two tensors."""
    site.give("MatMul", site.tensor(), site.tensor("mat2" if site.has("mat2") else "other"))


def einsum(site: Site) -> None:
    """A sum of products by an equation."""
    site.give("Einsum", *site.tensors("tensors"), equation=str(site.value("equation")))


def convolution(rank: int) -> Translator:
    """A convolution over `rank` axes, its padding in numbers or as the word `same` or `valid`."""

    def translate(site: Site) -> None:
        _convolve(site, rank)

    return translate


def any_convolution(site: Site) -> None:
    """`aten.convolution`, which decomposed programs have."""
    if site.flag("transposed"):
        raise site.unsupported("is a transposed convolution", "Use an upsampling and a convolution")
    _convolve(site, len(site.shape("weight")) - 2)


def _convolve(site: Site, rank: int) -> None:
    kernel = site.shape("weight")[2:]
    if len(site.shape("input")) != rank + 2:
        raise site.unsupported("has an input without a batch axis", "Export the model with a batch of events")
    dilation = site.wholes("dilation", [1], rank)
    bias = site.optional("bias")
    site.give(
        "Conv",
        site.tensor("input"),
        site.tensor("weight"),
        *([bias] if bias else []),
        kernel_shape=list(kernel),
        strides=site.wholes("stride", [1], rank),
        pads=_pads(site, kernel, dilation),
        dilations=dilation,
        group=site.whole_number("groups", 1),
    )


def _pads(site: Site, kernel: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """As ONNX has them: what is before, then what is behind; `same` puts the odd one behind."""
    word = site.value("padding")
    if not isinstance(word, str):
        before = site.wholes("padding", [0], len(kernel))
        return before + before
    if word == "valid":
        return [0] * (2 * len(kernel))
    both = [step * (size - 1) for step, size in zip(dilation, kernel, strict=True)]
    return [size // 2 for size in both] + [size - size // 2 for size in both]


def batch_norm(site: Site) -> None:
    """Batch normalisation by the statistics that were learnt."""
    learnt = ("running_mean", "running_var")
    if site.flag("training") or not all(site.has(name) for name in learnt):
        raise site.unsupported("normalises with the statistics of the batch itself", EVALUATE)
    channels = site.shape("running_mean")[0]
    scale = site.optional("weight") or site.constant(np.ones(channels), "scale")
    offset = site.optional("bias") or site.constant(np.zeros(channels), "offset")
    mean, variance = (site.tensor(name) for name in learnt)
    site.give("BatchNormalization", site.tensor("input"), scale, offset, mean, variance, epsilon=site.real("eps", 1e-5))


def layer_norm(site: Site) -> None:
    """Normalisation of each event over the last axes."""
    axes = site.wholes("normalized_shape")
    if site.output(1) or site.output(2):
        raise site.unsupported("gives its mean and deviation too", "Use the normalised values alone")
    scale = site.optional("weight") or site.constant(np.ones(axes), "scale")
    bias = site.optional("bias")
    inputs = [site.tensor("input"), scale, *([bias] if bias else [])]
    site.give("LayerNormalization", *inputs, axis=-len(axes), epsilon=site.real("eps", 1e-5))


def rms_norm(site: Site) -> None:
    """Each event over the last axes, divided by the root of its mean square."""
    axes = site.wholes("normalized_shape")
    scale = site.optional("weight") or site.constant(np.ones(axes), "scale")
    epsilon = site.real("eps") if site.has("eps") else float(np.finfo(np.float32).eps)
    site.give("RMSNormalization", site.tensor("input"), scale, axis=-len(axes), epsilon=epsilon)


def instance_norm(site: Site) -> None:
    """Each channel of an event by its own statistics."""
    if not site.flag("use_input_stats", True):
        raise site.unsupported("normalises with learnt statistics", "Use BatchNorm")
    channels = site.shape("input")[1]
    scale = site.optional("weight") or site.constant(np.ones(channels), "scale")
    offset = site.optional("bias") or site.constant(np.zeros(channels), "offset")
    site.give("InstanceNormalization", site.tensor("input"), scale, offset, epsilon=site.real("eps", 1e-5))


def group_norm(site: Site) -> None:
    """Groups of channels by their own statistics: as channels of one long axis, as ONNX writes it."""
    groups, shape = site.whole_number("num_groups"), site.shape("input")
    unit = site.constant(np.ones(groups), "unit"), site.constant(np.zeros(groups), "none")
    grouped = site.reshaped(site.tensor("input"), [shape[0], groups, -1], "groups")
    found = site.emit("InstanceNormalization", grouped, *unit, suffix="normalised", epsilon=site.real("eps", 1e-5))
    flat = site.reshaped(found, shape, "flat")
    channels = [shape[1], *[1] * (len(shape) - 2)]
    for name, kind in (("weight", "Mul"), ("bias", "Add")):
        if site.has(name):
            flat = site.emit(kind, flat, site.reshaped(site.tensor(name), channels, f"{name}s"), suffix=f"times_{name}")
    site.give("Identity", flat)


def weight_norm(site: Site) -> None:
    """A constant kernel: g v / |v|, the norm along all axes but one."""
    v, g = site.array("v"), site.array("g")
    if v is None or g is None:
        raise site.unsupported("makes a kernel of computed tensors")
    kept = site.axis("dim", 0, rank=v.ndim)
    others = tuple(axis for axis in range(v.ndim) if axis != kept)
    wide = v.astype(np.float64)
    site.whole.constants[site.output()] = wide * g / np.sqrt(np.sum(wide**2, axis=others, keepdims=True))


def embedding(site: Site) -> None:
    """Rows of a table."""
    site.give("Gather", site.tensor("weight"), site.tensor("indices"), axis=0)


TRANSLATORS: Mapping[str, Translator] = {
    "aten.linear.default": linear,
    "aten.addmm.default": addmm,
    "aten.baddbmm.default": baddbmm,
    "aten.mm.default": matmul,
    "aten.bmm.default": matmul,
    "aten.matmul.default": matmul,
    "aten.einsum.default": einsum,
    "aten.conv1d.default": convolution(1),
    "aten.conv1d.padding": convolution(1),
    "aten.conv2d.default": convolution(2),
    "aten.conv2d.padding": convolution(2),
    "aten.convolution.default": any_convolution,
    "aten.batch_norm.default": batch_norm,
    "aten._native_batch_norm_legit_no_training.default": batch_norm,
    "aten.layer_norm.default": layer_norm,
    "aten.native_layer_norm.default": layer_norm,
    "aten.rms_norm.default": rms_norm,
    "aten.instance_norm.default": instance_norm,
    "aten.group_norm.default": group_norm,
    "aten._weight_norm.default": weight_norm,
    "aten.embedding.default": embedding,
}
