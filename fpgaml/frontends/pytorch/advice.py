"""What to do about functions that are not converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fpgaml.errors import Problem
from fpgaml.frontends.pytorch.schema import ModuleUse

LATER = "Leave it out of the model, and do it after the firmware"
BRANCHES = "Export one model without conditions and loops (and without `torch.no_grad()` inside of `forward`)"
QUANTISED = (
    "Brevitas: export QONNX (`from brevitas.export import export_qonnx; export_qonnx(model, args=example, "
    'export_path="model.onnx")`) and convert that file'
)
QUANTISERS = ("brevitas", "quantized_decomposed", "torchao")
"""Libraries whose functions and modules quantise."""
DECOMPOSED = (
    "Use PyTorch's own activations, and save the program as `torch.export.export` gives it, without "
    "`run_decompositions()`"
)
LOGITS = "End with the logits, or a softmax: a logarithm does not change which is the largest"
TRAINED = "Use BatchNorm, whose statistics are constants after training"
UPSAMPLING = "Use nn.Upsample (nearest) and a convolution"
NEAREST = "Use mode='nearest'"

_REMARKS: Mapping[str, str] = {
    **dict.fromkeys(("argmax", "argmin", "topk", "sort", "multinomial"), LATER),
    **dict.fromkeys(("group_norm", "native_group_norm", "_native_batch_norm_legit"), TRAINED),
    **dict.fromkeys(
        ("where", "gt", "expm1", "log1p", "empty", "copy", "slice_scatter", "logical_not", "lt", "ge", "le"), DECOMPOSED
    ),
    **dict.fromkeys(("log_softmax", "_log_softmax"), LOGITS),
    **dict.fromkeys(("round", "floor", "ceil", "fake_quantize_per_tensor_affine"), QUANTISED),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d"), UPSAMPLING),
    **dict.fromkeys(("upsample_bilinear2d", "upsample_bicubic2d", "upsample_linear1d"), NEAREST),
}
OTHERWISE = "Leave it out of the model, or write it with layers that docs/pytorch.md lists"


def instead_of(target: str) -> str:
    """What to use in a function's place.

    Args:
        target: such as `aten.argmax.default`, or a function of another library.
    """
    library, _, rest = target.partition(".")
    if library == "higher_order":
        return BRANCHES
    if library in QUANTISERS:
        return QUANTISED
    return _REMARKS.get(rest.partition(".")[0], OTHERWISE)


def quantised_by(modules: Sequence[ModuleUse]) -> Problem | None:
    """The problem that stands for all within a module that quantises; None where there is none.

    Args:
        modules: that made a call which is not converted, from the outermost on.
    """
    for each in modules:
        if each.kind.partition(".")[0] in QUANTISERS:
            return Problem(each.path, f"{each.kind} quantises by functions that are not converted", QUANTISED)
    return None
