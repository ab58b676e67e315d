"""Test settings: property-based tests draw the same examples on every run."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("ci")


WITH_TOOLS = (
    *(
        "budget/test_convert.py",
        "ci/",
        "cosim",
        "cpp",
        "hls",
        "models",
        "synth",
        "tflite",
        "vendor_tools",
        "rtl/emit",
        "rtl/lib",
    ),
    *("rtl/test_mutations.py", "rtl/test_projects.py", "rtl/test_proved.py", "rtl/test_simulation.py"),
    *("rtl/test_tables.py", "rtl/test_vendor_scripts.py", "sim"),
    *("rtl/dataflow/test_mutations.py", "rtl/dataflow/test_random.py"),
    *("frontends/framework", "frontends/onnx/test_targets.py", "frontends/onnx/test_conversion.py"),
    *(
        "frontends/onnx/test_random.py",
        "frontends/keras/test_advice.py",
        "proof/test_oracle.py",
        "proof/test_wide_models.py",
    ),
    *("frontends/pytorch/test_targets.py", "graph/test_new_operation.py", "tasks/test_tasks.py", "cli/test_verify.py"),
    *("test_api.py", "test_backends_with_real_models.py", "test_conversion.py", "test_firmware_projects.py"),
    *("soak/test_endless.py", "soak/test_hls.py", "soak/test_rtl.py"),
    *("test_litert.py", "test_models_to_firmware.py", "test_new_target.py"),
)
"""Tests that run compilers, simulators, synthesis or a framework, or whole conversions: not for `make quick`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--quick`, for `make quick`."""
    parser.addoption("--quick", action="store_true", help="leave out what needs an external tool or long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not quick."""
    if not config.getoption("--quick"):
        return
    here = Path(__file__).parent
    slow = [item for item in items if item.path.relative_to(here).as_posix().startswith(WITH_TOOLS)]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in set(slow)]


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests compile stays out of the user's cache, unless FPGAML_CACHE_DIR names one."""
    if "FPGAML_CACHE_DIR" in os.environ:
        yield
        return
    own = tmp_path_factory.getbasetemp()
    # Workers share one: what a test needs, another one has often compiled.
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "fpgaml-cache"
    os.environ["FPGAML_CACHE_DIR"] = str(folder)
    yield
    del os.environ["FPGAML_CACHE_DIR"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB: too small for any project."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("mounting a small file system needs root")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], check=False)
    if done.returncode != 0:
        pytest.skip("file systems cannot be mounted here")
    yield folder
    time.sleep(0.1)
    subprocess.run(["umount", "-l", str(folder)], check=False)
