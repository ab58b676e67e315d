"""Compare a stream of random events with a project's firmware, and go on where it was stopped."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from fpgaml import __version__
from fpgaml.cluster.job import Piece
from fpgaml.cluster.run import run_job
from fpgaml.cluster.workers import HERE, Local
from fpgaml.cores import cores
from fpgaml.errors import FpgamlError, RunFailedError
from fpgaml.files import write_bytes_whole
from fpgaml.progress import Progress, Silent
from fpgaml.project.hashes import content_of, edited_files
from fpgaml.record.files import update_results
from fpgaml.running.firmware import OpenProject
from fpgaml.soak.firmware import open_tried
from fpgaml.soak.job import Opened, SoakJob, open_stream, piece_events
from fpgaml.soak.kept import FOLDER, Key, Ledger, Store
from fpgaml.soak.result import Came, Soaked, SoakRequest, soaked
from fpgaml.soak.smallest import Smallest, smallest
from fpgaml.soak.stream import VERSION
from fpgaml.soak.tally import Tally

KEEP_SECONDS = 0.5
"""After which what was done is written down."""
SHOWN = 3


def soak(folder: Path, request: SoakRequest, progress: Progress | None = None) -> Soaked:
    """Compare a project's firmware, as it lies there, with the Graph on a stream of random events.

    What was done is kept in the project; the same call goes on with it. It ends with the first difference, before
    which all was compared.

    Raises:
        FpgamlError: not a project, or nothing runs its firmware.
        RunFailedError: pieces of the work failed.
        KeyboardInterrupt: with what was done, and how to go on.
    """
    progress = progress or Silent()
    if request.events < 1:
        raise FpgamlError("--random", f"{request.events} events prove nothing", "Ask for 1 or more")
    with progress.step("reading the project"):
        project = OpenProject.read(folder)
        content, store = content_of(folder, project.manifest), Store(folder, request.seed)
    with store.alone():
        tried = open_tried(project, progress)
        with progress.step("making the emulator ready"):
            opened = open_stream(project, tried, request.seed, request.events)
        mix = opened.stream.mix
        key = Key(project=content, seed=request.seed, stream=VERSION, mix=mix, fpgaml=__version__, tool=tried.title)
        ledger, anew = store.read(key)
        keeper = _Keeper(ledger, store, request)
        stopped = _compare(folder, request, opened, content, keeper, progress)
        came = _found(folder, request, opened, ledger, keeper.rate, stopped, progress)
        result = soaked(folder, request, opened, ledger, came, tuple(edited_files(folder, project.manifest)))
        notes = [anew, keeper.lost, _recorded(folder, result)]
        return Soaked(result.entry, result.check, result.tools, result.instead_of, tuple(filter(None, notes)))


def _recorded(folder: Path, result: Soaked) -> str:
    """Write it into results.json; or why that cannot be: what was found is shown in any case."""
    try:
        update_results(folder, result.put_into)
    except FpgamlError as error:
        return f"not recorded: {error}"
    return ""


class _Found(Exception):  # noqa: N818 - it ends a job, and is no error
    """Something differs."""


class _TimeUp(Exception):  # noqa: N818
    """No more pieces."""


class _Keeper:
    """Writes down what is done, every few seconds."""

    def __init__(self, ledger: Ledger, store: Store, request: SoakRequest) -> None:
        self.ledger = ledger
        self.lost = ""
        self._store, self._request = store, request
        self._began = self._counted = time.monotonic()
        self._written = float("-inf")
        self._events = 0

    @property
    def rate(self) -> float | None:
        """Events a second in this run."""
        return self._events / (self._counted - self._began) if self._events else None

    def keep(self, piece: Piece, tally: Tally) -> None:
        """A piece is done."""
        now = time.monotonic()
        self.ledger.add(piece.first, piece.count, tally)
        self.ledger.seconds += now - self._counted
        self._counted, self._events = now, self._events + tally.events
        if now - self._written > KEEP_SECONDS:
            self.write()
        if tally.first is not None:
            raise _Found
        if self._request.seconds is not None and now - self._began > self._request.seconds:
            raise _TimeUp

    def write(self) -> None:
        """Now; where that fails, it is tried again the next time."""
        self._written = time.monotonic()
        try:
            self._store.write(self.ledger)
            self.lost = ""
        except FpgamlError as error:
            self.lost = f"what was done is not kept: {error}"


def _compare(
    folder: Path, request: SoakRequest, opened: Opened, content: str, keeper: _Keeper, progress: Progress
) -> str:
    """Do what is left, up to the first difference; why there is something left, if there is."""
    ledger, size = keeper.ledger, request.piece_events or piece_events(opened.tried)
    try:
        while True:
            wrong = ledger.first_wrong(request.events)
            spans = ledger.gaps(wrong.first if wrong else request.events)
            before = ledger.within(request.events).events
            title = "random events through firmware" + (f" ({before:,} were before)" if before else "")
            job = SoakJob(folder.absolute(), content, request.seed, spans, size, request.events, title)
            pieces = job.pieces()
            if not pieces:
                return ""
            alone = isinstance(request.workers, Local) and (len(pieces) == 1 or cores() == 1)
            try:
                done = run_job(job, progress, workers=HERE if alone else request.workers, keep=keeper.keep)
            except _Found:
                continue
            _require_done(done.failed)
    except _TimeUp:
        return f"stopped by --time-limit: {_left(ledger, request)}"
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped: {_left(ledger, request)}") from None
    finally:
        keeper.write()


def _left(ledger: Ledger, request: SoakRequest) -> str:
    done = ledger.within(request.events).events
    return f"{done:,} of {request.events:,} random events were compared; the same command goes on from there"


def _require_done(failed: Mapping[Piece, str]) -> None:
    if failed:
        told = "; ".join(f"{piece}: {reason}" for piece, reason in list(failed.items())[:SHOWN])
        more = f"; and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
        raise RunFailedError("--random", f"events were not compared: {told}{more}", "The same command tries them again")


def _found(
    folder: Path,
    request: SoakRequest,
    opened: Opened,
    ledger: Ledger,
    rate: float | None,
    stopped: str,
    progress: Progress,
) -> Came:
    """What the events came to, and the smallest that differs."""
    wrong = ledger.first_wrong(request.events)
    total = ledger.within(wrong.end if wrong else request.events)
    if wrong is None or total.first is None:
        return Came(total, rate, stopped)
    small = smallest(opened, total.first.event, request.smallest_seconds, progress)
    file = _write(folder / FOLDER / f"difference_seed_{request.seed}.npz", opened, small) if small else None
    return Came(total, rate, stopped, small, file)


def _write(path: Path, opened: Opened, small: Smallest) -> Path:
    """The events as a file of data."""
    content = io.BytesIO()
    np.savez(content, **opened.tried.reals(small.inputs))  # type: ignore[arg-type]
    write_bytes_whole(path, content.getvalue())
    return path
