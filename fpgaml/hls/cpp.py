"""What generated C++ functions share: the pragmas of each tool, arrays in registers, tensors from and to streams."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.hls.settings import Backend


def indented(lines: Sequence[str]) -> list[str]:
    """One level further in."""
    return [f"    {line}" for line in lines]


def array(kind: str, name: str, size: int) -> list[str]:
    """An array in registers.

    Args:
        kind: its elements' type in C++.
    """
    return [f"{kind} {name}[{size}];", f"#pragma HLS ARRAY_PARTITION variable={name} complete"]


def read_stream(stream: str, kind: str, into: str, count: int) -> list[str]:
    """As many beats as fill an array.

    Args:
        stream: its name; kind: the type of a beat; into: the array; count: its elements.
    """
    return [
        f"for (unsigned beat = 0; beat < {count} / {kind}::size; beat++) {{",
        "    #pragma HLS PIPELINE",
        f"    {kind} packed = {stream}.read();",
        f"    for (unsigned lane = 0; lane < {kind}::size; lane++) {{",
        "        #pragma HLS UNROLL",
        f"        {into}[beat * {kind}::size + lane] = packed[lane];",
        "    }",
        "}",
    ]


def write_stream(stream: str, kind: str, source: str, count: int) -> list[str]:
    """An array as beats; arguments as for `read_stream`."""
    return [
        f"for (unsigned beat = 0; beat < {count} / {kind}::size; beat++) {{",
        "    #pragma HLS PIPELINE",
        f"    {kind} packed;",
        "    PRAGMA_DATA_PACK(packed)",
        f"    for (unsigned lane = 0; lane < {kind}::size; lane++) {{",
        "        #pragma HLS UNROLL",
        f"        packed[lane] = {source}[beat * {kind}::size + lane];",
        "    }",
        f"    {stream}.write(packed);",
        "}",
    ]


def function(declaration: str, lines: Sequence[str], target: Backend) -> str:
    """A function's text; lines are written with the pragmas of Vitis HLS."""
    lines = _with_pragmas_of(target, lines)
    inside = "\n".join(
        line if line.lstrip().startswith("#") and not line.startswith(" ") else f"    {line}" for line in lines
    )
    return f"{declaration} {{\n{inside}\n}}\n"


def _with_pragmas_of(target: Backend, lines: Sequence[str]) -> list[str]:
    """Lines with the pragmas of Vitis HLS as another tool reads them: before the loop, not inside."""
    if not target.unroll:
        return list(lines)
    pragmas = {"#pragma HLS UNROLL": target.unroll, "#pragma HLS PIPELINE": target.pipeline}
    result: list[str] = []
    for line in lines:
        text = line.lstrip()
        if text in pragmas:
            indent = result[-1][: len(result[-1]) - len(result[-1].lstrip())]
            result.insert(-1, f"{indent}{pragmas[text]}")
        elif not text.startswith(("#pragma HLS", "PRAGMA_DATA_PACK")):
            result.append(line)
    return result
