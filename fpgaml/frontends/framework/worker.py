"""A script in another Python that is fed one request after another, in a process that ends with its caller."""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import ToolError
from fpgaml.processes import own_group

SERVE = Path(__file__).with_name("serve.py")
LONGEST = 1800.0
"""Seconds that one answer may take: starting a framework takes 5 to 20."""
TAIL = 800
"""Characters of a program's own messages that an error shows."""
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "JAX_PLATFORMS": "cpu",
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""A framework's environment: without its chatter, on the CPU, where float32 sums are in float32."""

Arrays = list[NDArray[Any]]


class FrameworkUnavailableError(ToolError):
    """No Python is known that has what this file needs."""


@dataclass(frozen=True)
class Program:
    """What a worker runs.

    Args:
        script: with a function `begin(job)`, as `serve.py` says; python: the interpreter that runs it.
        name: who answers, in errors; fails: what it does where it fails.
        install: how to get what is not there; failing, slow: advice where it fails or takes too long.
        environment: variables of the process.
    """

    script: Path
    python: Path
    name: str
    install: str = ""
    fails: str = "cannot run this model"
    failing: str = ""
    slow: str = "Ask for fewer events, or record its outputs beforehand"
    environment: Mapping[str, str] = field(default_factory=dict)


class Worker:
    """One process that is given a job and then arrays, as often as wanted; use it in a `with` block.

    Args:
        job: for the script's `begin`, in JSON's types.
        where: the file or option that errors name.
        timeout: seconds until an answer that is waited for must have come.
    """

    def __init__(self, program: Program, job: Mapping[str, Any], where: str, timeout: float = LONGEST) -> None:
        self._program, self._job, self._where, self._timeout = program, job, where, timeout
        self._stack = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._received = b""
        self._replies: list[dict[str, Any]] = []
        self._asked = 0
        self._error: ToolError | None = None

    def __enter__(self) -> Worker:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the process in the background and give it its job.

        Raises:
            ToolError: it cannot be started.
        """
        if self._process is not None:
            return
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fpgaml-worker-")))
            log = stack.enter_context(self._log.open("wb"))
            command = [str(self._program.python), str(SERVE), str(self._program.script), str(self._folder)]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log, "bufsize": 0}
            environment = {**os.environ, **QUIET, **self._program.environment}
            try:
                process = stack.enter_context(own_group(command, cwd=self._folder, env=environment, **pipes))
            except OSError as error:
                raise ToolError(self._where, f"{self._program.python} cannot be started: {error.strerror}") from None
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                stack.callback(pipe.close)
            self._process, self._stack = process, stack.pop_all()
        self._send(self._job)

    def close(self) -> None:
        """End the process, and all that it started; more than once does no harm."""
        self._stack.close()

    def facts(self) -> dict[str, Any]:
        """What there is to know of the job; waits until it has begun.

        Raises:
            FrameworkUnavailableError: the other Python lacks what it needs.
            ToolError: it failed, crashed or took too long.
        """
        return self._reply(0)

    def ask(self, arrays: Mapping[str, ArrayLike]) -> Callable[[], Arrays]:
        """Hand over arrays; the result waits for the answer to them.

        Raises:
            ToolError: as for `facts`, here or by the result.
        """
        self.start()
        self._asked += 1
        number = self._asked
        file = self._folder / f"{number}.npz"
        stored: dict[str, Any] = {str(index): np.asarray(array) for index, array in enumerate(arrays.values())}
        np.savez(file, **stored)
        self._send({"names": list(arrays), "arrays": file.name})

        def answer() -> Arrays:
            self.facts()
            count = self._reply(number)["count"]
            with np.load(file, allow_pickle=False) as found:
                kept = [found[str(index)] for index in range(count)]
            file.unlink()
            return kept

        return answer

    @property
    def _log(self) -> Path:
        return self._folder / "log.txt"

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process is not None and self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended: the missing reply tells
            self._process.stdin.write(json.dumps(message).encode() + b"\n")

    def _reply(self, number: int) -> dict[str, Any]:
        """The reply to the job (0) or to a request, counted from 1."""
        self.start()
        deadline = time.monotonic() + self._timeout
        while len(self._replies) <= number:
            self._replies.append(self._next(deadline))
        reply, program = self._replies[number], self._program
        if reply["status"] == "unavailable":
            raise FrameworkUnavailableError(self._where, reply["message"], program.install)
        if reply["status"] != "ok":
            advice = program.failing if reply["advice"] is None else reply["advice"]
            raise ToolError(self._where, f"{program.name} {program.fails}: {reply['message']}", advice)
        return reply

    def _next(self, deadline: float) -> dict[str, Any]:
        """The next line that the process writes; an error comes again whenever one is waited for."""
        if self._error is None:
            try:
                return self._parsed(self._line(deadline))
            except ToolError as error:
                self._error = error
                self.close()
        raise self._error

    def _line(self, deadline: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        while b"\n" not in self._received:
            left = deadline - time.monotonic()
            if left <= 0:
                reason = f"{self._program.name} took longer than {self._timeout:g} s"
                raise ToolError(self._where, reason, self._program.slow)
            if select.select([pipe], [], [], min(left, 1.0))[0]:
                read = os.read(pipe, 1 << 16)
                self._received += read
                if not read:
                    raise self._ended()
            elif _exit_code(self._process.pid, 0) is not None:  # something that it started still holds its pipe
                raise self._ended()
        line, _, self._received = self._received.partition(b"\n")
        return line

    def _parsed(self, line: bytes) -> dict[str, Any]:
        with suppress(ValueError):
            reply = json.loads(line)
            if isinstance(reply, dict) and "status" in reply:
                return reply
        text = line[:TAIL].decode("utf-8", "replace")
        raise self._speechless(f"gave no answer but `{text}`")

    def _ended(self) -> ToolError:
        assert self._process is not None
        code = _exit_code(self._process.pid)
        return self._speechless("closed its answers" if code is None else f"ended with code {code} and no answer")

    def _speechless(self, what: str) -> ToolError:
        """The error that shows the last words of a process that does not answer any more."""
        tail = self._log.read_text("utf-8", "replace").strip()[-TAIL:]
        reason = f"{self._program.name}'s process {what}"
        return ToolError(self._where, reason, f"Its last words: {tail}" if tail else "")


def _exit_code(process: int, seconds: float = 1.0) -> int | None:
    """The exit code of a child, negative for a signal's number; None if it still runs after a while.

    It is not waited for, so that its process group stays known and can be ended.
    """
    end = time.monotonic() + seconds
    while (found := os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT | os.WNOHANG)) is None:
        if time.monotonic() > end:
            return None
        time.sleep(0.01)
    return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
