"""What a user asks for with `--precision`: a type for the whole model, types for parts of layers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fpgaml.errors import FpgamlError
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding

OPTION = "--precision"
PARTS = ("weight", "bias", "scale", "result", "table")
"""Of a layer: what it multiplies with, what it adds, BatchNormalization's factor, its result, its tables' entries."""
ACTIVATIONS = frozenset({"activation", "relu", "leakyrelu", "elu", "prelu", "softmax"})
"""Classes of layers, in small letters."""
EXACT = "accumulators are exact here: nothing is lost before a result is rounded"

_TYPE = re.compile(r"^\s*(?P<stem>(?:ap_|ac_)?u?(?:fixed|int)\s*<)(?P<arguments>[^>]*)>\s*$", re.IGNORECASE)
_ADVICE = "Write for example ap_fixed<16,6> or ap_fixed<16,6,RND,SAT>"


@dataclass(frozen=True)
class AskedType:
    """A type as it was written.

    Args:
        rounding, overflow: None where it names none: numbers at run time then truncate and wrap, as `ap_fixed` does;
            constants and recorded data are rounded to nearest and saturate.
    """

    type: FixedType
    rounding: Rounding | None = None
    overflow: Overflow | None = None

    @property
    def at_run_time(self) -> Quantizer:
        """For results."""
        return Quantizer(self.type, self.rounding or Rounding.TRN, self.overflow or Overflow.WRAP)

    @property
    def beforehand(self) -> Quantizer:
        """For constants, tables and recorded data."""
        return Quantizer(self.type, self.rounding or Rounding.RND, self.overflow or Overflow.SAT)


@dataclass(frozen=True)
class Asked:
    """Types by layer and part.

    Args:
        everywhere: for all parts that nothing else is said of, but tables; None: they stay as they are without it.
        parts: by (layer, part); the part is empty where a layer's own type is meant for all its parts but tables, the
            layer where every layer's part is meant, and `dense:` for every layer of a class. None is hls4ml's `auto`:
            exact, but for activations, which it gives the next type that is said.
        texts: as the user wrote it; option: that it came with.
        messages: what is not kept, and why.
        lenient: whether names that the model does not have are a message, not an error.
    """

    everywhere: AskedType | None = None
    parts: Mapping[tuple[str, str], AskedType | None] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    option: str = OPTION
    lenient: bool = False

    def find(self, layer: str, part: str, kind: str = "") -> AskedType | None:
        """The type for a part of a layer; a table's only where it is named.

        Args:
            kind: the layer's class.
        """
        for name in (layer, f"{kind.lower()}:", ""):
            for each in (part,) if part == "table" else (part, ""):
                if (name, each) in self.parts:
                    found = self.parts[name, each]
                    if found is not None or kind.lower() not in ACTIVATIONS:
                        return found
        return None if part == "table" else self.everywhere


def read_precision(texts: Sequence[str]) -> Asked | None:
    """`ap_fixed<16,6>`, `LAYER=ap_fixed<16,6>` or `LAYER.PART=ap_fixed<16,6>`, several of them; None for none.

    Raises:
        FpgamlError: a text that means nothing, or two for the same.
    """
    everywhere: AskedType | None = None
    parts: dict[tuple[str, str], AskedType] = {}
    messages: list[str] = []
    for text in texts:
        place, equals, kind = text.rpartition("=")
        asked = read_type(kind, OPTION)
        if not equals:
            if everywhere is not None:
                raise FpgamlError(OPTION, "two types for the whole model", "Give one, and LAYER.PART=TYPE for others")
            everywhere = asked
            continue
        layer, _, part = place.strip().rpartition(".")
        if not layer or part not in (*PARTS, "accum"):  # names of PyTorch's modules have dots themselves
            layer, part = place.strip(), ""
        if part == "accum":
            messages.append(f"{text}: {EXACT}")
            continue
        if not layer:
            advice = f"Write LAYER.PART=TYPE, where PART is one of {', '.join(PARTS)}"
            raise FpgamlError(OPTION, f"`{text}` names no part of a layer", advice)
        if (layer, part) in parts:
            raise FpgamlError(OPTION, f"two types for {place.strip()}", "Give one")
        parts[layer, part] = asked
    return Asked(everywhere, parts, tuple(texts), tuple(messages)) if texts else None


def text_of(quantizer: Quantizer) -> str:
    """What `read_type` reads as this quantizer, whose type is one for all elements."""
    return f"{str(quantizer.type)[:-1]},{quantizer.rounding},{quantizer.overflow}>"


def read_type(text: str, where: str) -> AskedType:
    """`ap_fixed<16,6,RND,SAT>` and its kin: with or without `ap_`, with modes or without.

    Raises:
        FpgamlError: anything else, or saturation bits other than 0.
    """
    match = _TYPE.match(text)
    if match is None:
        raise FpgamlError(where, f"`{text}` is not a fixed-point type", _ADVICE)
    arguments = [argument.strip() for argument in match["arguments"].split(",")]
    numbers = 1 if "int" in match["stem"].lower() else 2
    modes = [mode.upper().removeprefix("AP_").removeprefix("AC_") for mode in arguments[numbers:]]
    kind = FixedType.parse(f"{match['stem']}{','.join(arguments[:numbers])}>", where)
    if len(modes) == 3 and modes.pop() != "0":
        raise FpgamlError(where, f"`{text}` has saturation bits", "Use SAT, or WRAP without saturation bits")
    known = ([*Rounding], [*Overflow])
    if len(modes) > 2 or any(mode not in names for mode, names in zip(modes, known, strict=False)):
        advice = f"Roundings: {', '.join(Rounding)}; overflows: {', '.join(Overflow)}"
        raise FpgamlError(where, f"`{text}` has an unknown mode", advice)
    rounding = Rounding(modes[0]) if modes else None
    return AskedType(kind, rounding, Overflow(modes[1]) if len(modes) > 1 else None)
