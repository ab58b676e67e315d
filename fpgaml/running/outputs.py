"""Files of answers, written a chunk at a time and put in place when they are whole."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.files import require_writable
from fpgaml.graph.ops import Shape

Chunk = Mapping[str, NDArray[Any]]
"""By output, shape (events, *shape)."""
Write = Callable[[Chunk], None]


@dataclass(frozen=True)
class Output:
    """An array of the file.

    Args:
        name: of the output; shape: of one event; dtype: float64, or int64 for raw integers.
        facts: what a reader needs to know, such as the binary point of raw integers.
    """

    name: str
    shape: Shape
    dtype: np.dtype[Any]
    facts: Mapping[str, int | float]

    @property
    def columns(self) -> list[str]:
        """A name for each element."""
        if prod(self.shape) == 1:
            return [self.name]
        return [f"{self.name}[{', '.join(map(str, place))}]" for place in np.ndindex(*self.shape)]


def check_output(path: Path, outputs: int, not_over: Sequence[Path] = ()) -> None:
    """Refuse, before any long work, a file that could not be written.

    Args:
        outputs: how many arrays it is to hold; not_over: files that are read meanwhile.

    Raises:
        FpgamlError: an unknown ending, a folder, no permission, or several arrays for a format of one.
    """
    ending = path.suffix.lower()
    if ending not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise FpgamlError(str(path), f"no format has the ending `{path.suffix}`", f"Give --output with {known}")
    if ending == ".npy" and outputs > 1:
        raise FpgamlError(str(path), f"holds one array, and there are {outputs} outputs", "Give a .npz or .h5 file")
    if path.is_dir():
        raise FpgamlError(str(path), "is a folder", "Give another --output")
    if not path.absolute().parent.is_dir():
        raise FpgamlError(str(path), f"cannot be written: there is no folder {path.parent}", "Make it first")
    require_writable(path.absolute().parent, path)
    if any(other.exists() and path.exists() and path.samefile(other) for other in not_over):
        raise FpgamlError(str(path), "is the file that events are read from", "Give another --output")


@contextmanager
def writer(path: Path, outputs: Sequence[Output], events: int) -> Iterator[Write]:
    """A function that takes chunk after chunk; the file takes its place when the block ends, and only if it does.

    Raises:
        FpgamlError: the disk is full, or not writable.
    """
    draft: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
        os.close(handle)
        draft = Path(name)
        with _FORMATS[path.suffix.lower()](draft, outputs, events) as write:
            yield write
        draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        draft.replace(path)
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be written: {error.strerror or error}", "Check the disk") from None
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


@contextmanager
def _npy(path: Path, outputs: Sequence[Output], events: int) -> Iterator[Write]:
    (output,) = outputs
    with path.open("wb") as file:
        header = {"descr": output.dtype.str, "fortran_order": False, "shape": (events, *output.shape)}
        npy_format.write_array_header_1_0(file, header)
        yield lambda chunk: _put(file, chunk[output.name], output.dtype)


@contextmanager
def _npz(path: Path, outputs: Sequence[Output], events: int) -> Iterator[Write]:
    """Each array grows in a file of its own: an archive takes one member after another."""
    with tempfile.TemporaryDirectory(prefix=f"{path.name}.", dir=path.parent) as scratch, ExitStack() as stack:
        parts = [Path(scratch) / f"{index}.npy" for index in range(len(outputs))]
        writes = [stack.enter_context(_npy(part, [o], events)) for part, o in zip(parts, outputs, strict=True)]

        def write(chunk: Chunk) -> None:
            for each in writes:
                each(chunk)

        yield write
        stack.close()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for part, output in zip(parts, outputs, strict=True):
                archive.write(part, f"{output.name}.npy")
            for output in outputs:
                for fact, value in output.facts.items():
                    with archive.open(f"{fact}/{output.name}.npy", "w") as file:
                        np.save(file, np.asarray(value))


@contextmanager
def _h5(path: Path, outputs: Sequence[Output], events: int) -> Iterator[Write]:
    import h5py

    with h5py.File(path, "w") as file:
        datasets = {o.name: file.create_dataset(o.name, (events, *o.shape), o.dtype) for o in outputs}
        for output in outputs:
            datasets[output.name].attrs.update(output.facts)
        done = 0

        def write(chunk: Chunk) -> None:
            nonlocal done
            count = len(next(iter(chunk.values())))
            for name, dataset in datasets.items():
                dataset[done : done + count] = chunk[name]
            done += count

        yield write


@contextmanager
def _csv(path: Path, outputs: Sequence[Output], events: int) -> Iterator[Write]:
    """A line for each event, a column for each element; enough digits for every bit."""
    with path.open("w", encoding="utf-8") as file:
        names = [column.replace(", ", "_").replace(",", "_") for output in outputs for column in output.columns]
        file.write(",".join(names) + "\n")

        def write(chunk: Chunk) -> None:
            flat = [chunk[output.name].reshape(len(chunk[output.name]), -1) for output in outputs]
            for row in zip(*(each.tolist() for each in flat), strict=True):
                file.write(",".join(repr(value) for values in row for value in values) + "\n")

        yield write


def _put(file: Any, values: NDArray[Any], dtype: np.dtype[Any]) -> None:
    file.write(np.ascontiguousarray(values, dtype).tobytes())


_FORMATS: Mapping[str, Callable[[Path, Sequence[Output], int], Any]] = {
    ".npz": _npz,
    ".npy": _npy,
    ".csv": _csv,
    ".h5": _h5,
    ".hdf5": _h5,
}
