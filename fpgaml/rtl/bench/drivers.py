"""Which driver speaks to which shell."""

from __future__ import annotations

from bench_config import Bench, BenchError
from drive_axis import AxisDriver
from drive_native import NativeDriver
from drive_native_streaming import NativeStreamingDriver
from drive_vitis_parallel import VitisParallelDriver
from drive_vitis_stream import VitisStreamDriver
from driver import DriverMaker

DRIVERS: dict[str, DriverMaker] = {
    "axis": AxisDriver,
    "native": NativeDriver,
    "vitis_parallel": VitisParallelDriver,
    "vitis_stream": VitisStreamDriver,
}


def driver_class(bench: Bench) -> DriverMaker:
    """The driver of a design's shell.

    Raises:
        BenchError: nobody knows the shell.
    """
    if bench.shell == "native" and bench.streaming:
        return NativeStreamingDriver
    if bench.shell not in DRIVERS:
        raise BenchError(f"shell `{bench.shell}`: this bench knows {', '.join(sorted(DRIVERS))}")
    return DRIVERS[bench.shell]
