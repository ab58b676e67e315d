"""An exported program as a program of ONNX's operators, whose converters make the Graph."""

from __future__ import annotations

from collections.abc import Mapping

from fpgaml.errors import FpgamlError, Problem, UnsupportedError
from fpgaml.frontends.onnx.parsed import problems
from fpgaml.frontends.onnx.program import Port
from fpgaml.frontends.onnx.program import Program as OnnxProgram
from fpgaml.frontends.pytorch.advice import instead_of, quantised_by
from fpgaml.frontends.pytorch.exported import Exported
from fpgaml.frontends.pytorch.inplace import refs, spoilt
from fpgaml.frontends.pytorch.labels import labels
from fpgaml.frontends.pytorch.operators.table import TRANSLATORS, plain_name, writes
from fpgaml.frontends.pytorch.schema import Program, Ref, Size
from fpgaml.frontends.pytorch.site import Site, Translation
from fpgaml.frontends.pytorch.sizes import evaluated

LARGEST_AXIS = 1 << 24


def translated(exported: Exported, name: str) -> OnnxProgram:
    """The program that converters take.

    Args:
        name: of the network.

    Raises:
        UnsupportedError: calls that cannot be expressed, all of them named.
        FpgamlError: it does not compute one answer for each event.
    """
    program, found = translation(exported, name)
    found += [_as_pytorch_says(problem) for problem in problems(program)]
    if found:
        raise UnsupportedError(exported.where, found)
    return program


def translation(exported: Exported, name: str) -> tuple[OnnxProgram, list[Problem]]:
    """The program in operators of ONNX, whether or not they have converters, and the calls that have none there.

    Raises:
        UnsupportedError: inputs with open shapes.
        FpgamlError: it does not compute one answer for each event.
    """
    program = exported.program
    if program.refused:
        raise FpgamlError(
            exported.where,
            f"the program has {'; '.join(program.refused)}",
            "Export a model in evaluation mode (`model.eval()`) that takes and gives tensors alone",
        )
    ports, batch = _ports(exported)
    _require_events(exported, batch)
    used = {name for call in program.calls for name in refs(call)} | set(program.outputs)
    whole = Translation(program.metas, used, dict(exported.constants))
    found = _translate(program, whole)
    result = OnnxProgram(
        name,
        f"PyTorch {program.torch_version}".strip(),
        tuple(whole.calls),
        whole.constants,
        ports,
        tuple(whole.current(output) for output in program.outputs),
        batch,
    )
    return result, found


def _as_pytorch_says(problem: Problem) -> Problem:
    """A problem of an operator in ONNX, for whoever does not know that there is one."""
    return Problem(problem.where, problem.reason, problem.advice.replace("docs/onnx.md", "docs/pytorch.md"))


def _translate(program: Program, whole: Translation) -> list[Problem]:
    """Translate every call that can be; those that cannot are returned."""
    found: list[Problem] = []
    bad = spoilt(program)
    for number, (call, label) in enumerate(zip(program.calls, labels(program.calls), strict=True)):
        site = Site(whole, call, label)
        translator = TRANSLATORS.get(plain_name(call.target))
        try:
            if translator is None:
                raise UnsupportedError("", [Problem(label, f"{call.target} is not converted", instead_of(call.target))])
            if number in bad:
                raise site.unsupported("writes into a tensor that is read again by another name", "Use inplace=False")
            translator(site)
            _follow(site)
        except UnsupportedError as error:
            foreign = quantised_by(call.modules)
            found += error.problems if foreign is None else [foreign]
            # what is behind it is still looked at, as far as numbers go
            whole.numbers.update({name: 1 for name in call.outputs if name and name not in whole.metas})
    return list(dict.fromkeys(found))


def _follow(site: Site) -> None:
    """Note that an argument which a call wrote into is now its result."""
    first = next(iter(site.call.arguments.values()), None)
    if writes(site.call.target) and isinstance(first, Ref):
        site.whole.aliases[site.whole.current(first.name)] = site.output()


def _ports(exported: Exported) -> tuple[tuple[Port, ...], int]:
    """The inputs, and how many events at a time their shapes speak of."""
    metas = {name: exported.program.metas[name] for name in exported.program.inputs}
    if not metas:
        raise FpgamlError(exported.where, "takes no input", "Export a model that takes tensors")
    _require_fixed(exported.where, {name: meta.sizes for name, meta in metas.items()})
    batched = {name: len(meta.sizes) > 1 or isinstance(meta.sizes[0], str) for name, meta in metas.items()}
    sizes = {evaluated(meta.sizes[0]) for name, meta in metas.items() if batched[name]}
    if len(sizes) > 1:
        listing = ", ".join(f"{name} {meta.sizes}" for name, meta in metas.items())
        advice = "Export it with inputs whose first axis is the batch, of one size"
        raise FpgamlError(exported.where, f"its inputs' first axes, the batch, differ: {listing}", advice)
    shapes = {name: tuple(evaluated(size) for size in meta.sizes) for name, meta in metas.items()}
    return tuple(Port(name, shapes[name], batched[name]) for name in metas), sizes.pop() if sizes else 1


def _require_fixed(where: str, shapes: Mapping[str, tuple[Size, ...]]) -> None:
    fix = "Leave only the batch open: dynamic_shapes={...: {0: torch.export.Dim('batch')}}"
    found = []
    for name, sizes in shapes.items():
        if not sizes:
            found.append(Problem(name, "this input is a single number", "Give it an axis for the batch"))
        elif any(isinstance(size, str) for size in sizes[1:]):
            shown = ", ".join("?" if isinstance(size, str) else str(size) for size in sizes)
            found.append(Problem(name, f"this input has the open shape ({shown})", fix))
        elif any(isinstance(size, int) and not 0 < size <= LARGEST_AXIS for size in sizes):
            found.append(Problem(name, f"this input has the shape {sizes}", "Export the model again"))
    if found:
        raise UnsupportedError(where, found)


def batch_axis(program: Program, tensor: str) -> int | None:
    """Which axis of a tensor is the batch; None where that cannot be told, or there is none."""
    shapes = [program.metas[name].sizes for name in program.inputs]
    batch = next((shape[0] for shape in shapes if len(shape) > 1 or isinstance(shape[0], str)), 1)
    sizes = program.metas[tensor].sizes if tensor in program.metas else ()
    places = [axis for axis, size in enumerate(sizes) if size == batch]
    if any(isinstance(size, str) and size != batch for size in sizes):
        return None
    return places[0] if len(places) == 1 or (places[:1] == [0] and (batch == 1 or tensor in program.outputs)) else None


def layer_tensors(program: Program) -> Mapping[str, str]:
    """For every call's label the first tensor that it gives, where it is known which axis is the batch."""
    named = (
        (label, (call.outputs or (None,))[0] or "")
        for label, call in zip(labels(program.calls), program.calls, strict=True)
    )
    return {label: name for label, name in named if batch_axis(program, name) is not None}


def _require_events(exported: Exported, batch: int) -> None:
    """Refuse outputs that are not one for each event.

    Args:
        batch: events at a time; 1 where it takes any number.
    """
    program = exported.program
    found = []
    for name in program.outputs:
        sizes = program.metas[name].sizes
        single = batch == 1 and not any(
            isinstance(size, str) for each in program.inputs for size in program.metas[each].sizes
        )
        if not single and batch_axis(program, name) is None:
            shown = ", ".join("?" if isinstance(size, str) else str(size) for size in sizes)
            reason = f"this output has the shape ({shown}), which is not one answer for each event"
            found.append(Problem(name, reason, "Keep the batch as an axis of its own up to the outputs"))
    if found:
        raise UnsupportedError(exported.where, found)
