"""Dilated convolutions as the converter writes them for a batch of unknown size.

SPACE_TO_BATCH_ND deals the positions of one event out over a batch, a convolution without dilation runs on each part,
BATCH_TO_SPACE_ND puts them together again and crops: one convolution with dilation and padding.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.tflite.schema import Folded, ModelFile, Operator

CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")


def folded(file: ModelFile) -> ModelFile:
    """The file with each such triple as one operator.

    Raises:
        FpgamlError: a triple whose numbers do not fit together.
    """
    replaced: dict[int, Operator] = {}
    gone: set[int] = set()
    for first in file.operators:
        found = _triple(file, first) if first.kind == "SPACE_TO_BATCH_ND" else None
        if found is not None:
            convolution, last = found
            fold = _fold(file, first, convolution, last)
            inputs = (first.inputs[0], *convolution.inputs[1:])
            replaced[convolution.index] = replace(convolution, inputs=inputs, outputs=last.outputs, fold=fold)
            gone |= {first.index, last.index}
    if not gone:
        return file
    kept = tuple(replaced.get(op.index, op) for op in file.operators if op.index not in gone)
    return replace(file, operators=kept)


def _triple(file: ModelFile, first: Operator) -> tuple[Operator, Operator] | None:
    """The convolution behind a SPACE_TO_BATCH_ND and the BATCH_TO_SPACE_ND behind that, each with one reader."""
    convolution = _only_reader(file, first)
    if convolution is None or convolution.kind not in CONVOLUTIONS:
        return None
    last = _only_reader(file, convolution)
    return (convolution, last) if last is not None and last.kind == "BATCH_TO_SPACE_ND" else None


def _only_reader(file: ModelFile, operator: Operator) -> Operator | None:
    if len(operator.outputs) != 1 or operator.outputs[0] in file.outputs:
        return None
    readers = [op for op in file.operators if operator.outputs[0] in op.inputs]
    return readers[0] if len(readers) == 1 and readers[0].inputs[0] == operator.outputs[0] else None


def _fold(file: ModelFile, first: Operator, convolution: Operator, last: Operator) -> Folded:
    """The dilation of each axis, and what is padded; what is cropped at the end is not padded in the first place."""
    block, pads = (_constant(file, first, position) for position in (1, 2))
    again, crops = (_constant(file, last, position) for position in (1, 2))
    where = f"{file.where}, {first.label}"
    axes = block.size
    fits = axes in (1, 2) and pads.shape == crops.shape == (axes, 2) and np.array_equal(block, again)
    if not fits or block.min() < 1 or block.max() > 1 << 15 or min(pads.min(), crops.min()) < 0 or crops[:, 0].any():
        raise FpgamlError(
            where, "its blocks, paddings and crops are no dilated convolution", "Convert with a batch of 1"
        )
    ends = [(int(a), int(b) - int(c)) for (a, b), c in zip(pads, crops[:, 1], strict=True)]
    if min(min(sides) for sides in ends) < 0 or max(max(sides) for sides in ends) > 1 << 15:
        raise FpgamlError(where, "it crops more than it pads", "Convert with a batch of 1")
    steps = [int(step) for step in block]
    if axes == 1:  # height alone
        return Folded((steps[0], 1), (ends[0], (0, 0)))
    return Folded((steps[0], steps[1]), (ends[0], ends[1]))


def _constant(file: ModelFile, operator: Operator, position: int) -> np.ndarray:
    index = operator.inputs[position] if position < len(operator.inputs) else -1
    value = file.tensors[index].value if index >= 0 else None
    if value is None:
        raise FpgamlError(f"{file.where}, {operator.label}", "its blocks are computed", "Convert with a batch of 1")
    return value.astype(np.int64)
