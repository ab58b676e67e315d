"""Products of two tensors summed along axes: Einsum, and MatMul but by a constant matrix."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from string import ascii_letters

from fpgaml.frontends.building.constants import WEIGHT_BITS, tensor
from fpgaml.frontends.building.emitter import MOST_VALUES
from fpgaml.frontends.building.indexed import by_one_hot
from fpgaml.frontends.onnx.arrangement import BATCH, Axes
from fpgaml.frontends.onnx.layer import Layer, real_array
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.ops import Einsum, EinsumDense


@dataclass(frozen=True)
class Term:
    """A tensor with a letter for each of the file's axes."""

    value: Value
    letters: str


def einsum(layer: Layer) -> Value:
    """Einsum of two tensors."""
    equation = str(layer.attribute("equation", "")).replace(" ", "")
    left, arrow, output = equation.partition("->")
    terms = left.split(",")
    if len(terms) != 2 or not arrow or "." in equation or len(layer.call.inputs) != 2:
        raise layer.unsupported(f"the einsum equation {equation!r}", "Use one of two terms such as 'bij,bjk->bik'")
    values = [layer.applied(layer.raw(position)) for position in range(2)]
    first, second = (Term(value, letters) for value, letters in zip(values, terms, strict=True))
    return contracted(layer, first, second, output)


def matmul(layer: Layer) -> Value:
    """MatMul of tensors of any ranks; further axes broadcast."""
    a, b = (layer.applied(layer.raw(position)) for position in range(2))
    ranks = len(a.shape), len(b.shape)
    if 0 in ranks:
        raise layer.wrong("it multiplies a single number")
    outer = ascii_letters[3 : 1 + max(ranks)]  # of the axes before the last two, "abc" being theirs
    rows, columns = ("" if ranks[0] == 1 else "a"), ("" if ranks[1] == 1 else "c")
    first = outer[len(outer) - max(ranks[0] - 2, 0) :] + rows + "b"
    second = outer[len(outer) - max(ranks[1] - 2, 0) :] + "b" + columns
    return contracted(layer, Term(a, first), Term(b, second), outer + rows + columns)


def contracted(layer: Layer, first: Term, second: Term, output: str) -> Value:
    """The sums of products of two tensors, real values.

    Args:
        output: letters of the result's axes.

    Raises:
        UnsupportedError: it sums along the batch.
    """
    sizes = _sizes(layer, first, second)
    if not set(output) <= sizes.keys() or len(set(output)) != len(output):
        raise layer.wrong(f"the equation {first.letters},{second.letters}->{output}")
    if prod(sizes.values()) // layer.batch > MOST_VALUES:
        raise layer.unsupported(f"{layer.call.kind} of {prod(sizes.values())} products", "Use smaller tensors")
    first, second = (_without_repeated(layer, term, sizes) for term in (first, second))
    batch = {term.letters[term.value.batch] for term in (first, second) if term.value.batch is not None}
    crossing = any(
        letter in batch and group != (BATCH,)
        for term in (first, second)
        for letter, group in zip(term.letters, term.value.axes, strict=False)
    )
    if len(batch) > 1 or crossing or not batch <= set(output):
        raise layer.unsupported(f"{layer.call.kind} along the batch", "Let both tensors have the batch along one axis")
    kept = output.translate({ord(letter): None for letter in batch})
    node = _product(layer, first, second, kept)
    node = layer.reshaped(layer.rounded(node), tuple(sizes[letter] for letter in kept) or (1,))
    place = iter(range(len(kept)))
    axes: Axes = tuple((BATCH,) if letter in batch else (next(place),) for letter in output)
    return Value(tuple(sizes[letter] for letter in output), node, axes)


def _sizes(layer: Layer, *terms: Term) -> dict[str, int]:
    """The size of each letter's axis; axes of size 1 broadcast."""
    sizes: dict[str, int] = {}
    for term in terms:
        if len(term.letters) != len(term.value.shape):
            raise layer.wrong(f"the letters {term.letters} for a tensor of shape {term.value.shape}")
        for letter, size in zip(term.letters, term.value.shape, strict=True):
            other = sizes.get(letter, 1)
            if 1 not in (size, other) and size != other:
                raise layer.wrong(f"axes of {size} and {other} elements are multiplied")
            sizes[letter] = max(size, other)
    return sizes


def _without_repeated(layer: Layer, term: Term, sizes: dict[str, int]) -> Term:
    """A tensor without its axes of size 1 along which the other one is larger."""
    gone = [
        axis
        for axis, (letter, size) in enumerate(zip(term.letters, term.value.shape, strict=True))
        if size == 1 != sizes[letter]
    ]
    if not gone:
        return term
    kept = [axis for axis in range(len(term.letters)) if axis not in gone]
    value = layer.reshaped_value(term.value, tuple(term.value.shape[axis] for axis in kept))
    return Term(value, "".join(term.letters[axis] for axis in kept))


def _product(layer: Layer, first: Term, second: Term, output: str) -> str:
    """The node of the result, with the output's letters in order."""
    if second.value.array is None and first.value.array is not None:
        first, second = second, first
    left = _in_node(layer, first)
    assert left.value.node
    if second.value.array is None:
        right = _in_node(layer, second)
        equation = f"{left.letters},{right.letters}->{output}"
        nodes = left.value.node, right.value.node
        return by_one_hot(layer, nodes, equation) or layer.add(Einsum(equation), *nodes)
    kernel = tensor(layer, real_array(second.value), WEIGHT_BITS, "kernel")
    return layer.add(EinsumDense(kernel, None, f"{left.letters},{second.letters}->{output}"), left.value.node)


def _in_node(layer: Layer, term: Term) -> Term:
    """A tensor in a node with a letter for each of the node's axes."""
    value = layer.arranged(layer.as_node(term.value))
    order = sorted(value.real, key=lambda axis: value.axes[axis])
    if not order:  # a node has at least one axis
        free = next(letter for letter in ascii_letters if letter not in term.letters)
        return Term(value, free)
    return Term(value, "".join(term.letters[axis] for axis in order))
