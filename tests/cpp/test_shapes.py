"""A project's four shapes, each compiled and run on its golden vectors: C++, C, Python, and CMSSW's plug-in."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from fpgaml.cpp.facts import CppFacts
from fpgaml.cpp.ports import project_ports
from fpgaml.emulator.source import generate
from fpgaml.graph.interpreter import interpret, read_inputs
from tests.cpp.small import EVENTS, NAME, network, wide_network, write_project

HERE = Path(__file__).parent
STRICT = "-O1 -Wall -Wextra -Werror -fsanitize=undefined,address -fno-sanitize-recover=all"
SANITIZERS = {"g++": "libasan.so", "clang++": "libclang_rt.asan-x86_64.so"}
COMPILERS = [
    pytest.param(cxx, cc, marks=pytest.mark.skipif(shutil.which(cxx) is None, reason=f"{cxx} is not installed"))
    for cxx, cc in (("g++", "gcc"), ("clang++", "clang"))
]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cpp")
    write_project(folder, network())
    return folder


def run(
    folder: Path, command: Sequence[object], environment: Mapping[str, str] | None = None, *, expected: int = 0
) -> str:
    done = subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == expected, done.stdout + done.stderr
    return done.stdout


def make(folder: Path, targets: Sequence[str], **variables: object) -> str:
    given = [f"{name}={value}" for name, value in variables.items()]
    return run(folder, ["make", "-s", *targets, *given])


def interface(folder: Path) -> Path:
    """Where the plug-in finds CMSSW's header."""
    (folder / "cmssw" / "hls4ml").mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "emulator.h", folder / "cmssw" / "hls4ml")
    return folder / "cmssw"


def defines() -> list[str]:
    """What the loader has to know of the outputs."""
    total, y = project_ports(generate(network()).outputs)
    found: Mapping[str, object] = {
        "SUM_TYPE": total.cpp,
        "SUM_WIDTH": total.width,
        "SUM_FRACTIONAL": total.fractional,
        "Y_TYPE": y.cpp,
        "Y_FRACTIONAL": y.fractional,
    }
    return [f"-D{name}={value}" for name, value in found.items()]


@pytest.mark.parametrize(("cxx", "cc"), COMPILERS)
def test_all_shapes_under_sanitizers(cxx: str, cc: str, project: Path, tmp_path: Path) -> None:
    build = tmp_path / "build"
    shared = "-shared-libsan" if cxx == "clang++" else ""
    flags: Mapping[str, object] = {
        "CXX": cxx,
        "CC": cc,
        "CXXFLAGS": f"{STRICT} {shared}",
        "CFLAGS": f"{STRICT} -Wpedantic",
    }
    preload = run(project, [cxx, f"-print-file-name={SANITIZERS[cxx]}"]).strip()
    found = {"LD_LIBRARY_PATH": str(Path(preload).parent)}
    targets = ["-j2", "all", f"{build}/test_golden_cpp", f"{build}/test_golden_c", "cmssw"]
    make(project, targets, BUILD=build, EMULATOR_INCLUDE=interface(tmp_path), **flags)
    exact = f"EXACT: {EVENTS} events, 0 numbers differ (small, "
    assert run(project, [build / "test_golden_cpp"], found).startswith(exact)
    assert run(project, [build / "test_golden_c"], found).startswith(exact)

    for file in (project / f"{NAME}.py", build / f"lib{NAME}.so"):
        shutil.copy(file, tmp_path)
    (tmp_path / "tb_data").symlink_to(project / "tb_data")
    quiet = {"ASAN_OPTIONS": "detect_leaks=0"}  # Python's own
    assert run(tmp_path, [sys.executable, f"{NAME}.py"], {"LD_PRELOAD": preload, **quiet, **found}).startswith(exact)

    loader = tmp_path / "load_model"
    command = [cxx, "-std=c++17", *STRICT.split(), *shared.split(), *defines(), "-I", tmp_path / "cmssw"]
    run(project, [*command, HERE / "load_model.cpp", "-o", loader, "-ldl"])
    said = run(project, [loader, build / f"{NAME}_v1.so", project], found)
    assert said.splitlines()[-1] == f"EXACT: {EVENTS} events, 2 refused"
    assert "all inputs together cannot be a l; small_cmssw.cpp says what it can be" in said
    assert "small: an integer that is none of its input's type" in said


def ap_types() -> Path | None:
    """ap_fixed.h as hls4ml carries it."""
    spec = importlib.util.find_spec("hls4ml")
    found = Path(spec.origin or "").parent / "templates" / "vivado" / "ap_types" if spec else None
    return found if found and found.is_dir() else None


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.skipif(ap_types() is None, reason="hls4ml, which carries ap_fixed.h, is not installed")
def test_the_plug_in_takes_ap_types(project: Path, tmp_path: Path) -> None:
    build, ap = tmp_path / "build", ap_types()
    flags = {"CXXFLAGS": "-O0 -Wall -Wextra -Werror", "PLAIN": 1, "CALLER_TYPES": "ap_fixed<24,12>,ap_fixed<18,13>"}
    make(project, ["cmssw"], BUILD=build, EMULATOR_INCLUDE=interface(tmp_path), AP_INCLUDE=ap, VERSION=7, **flags)
    loader = tmp_path / "load_model"
    command = ["g++", "-std=c++17", "-DWITH_AP", *defines(), "-I", tmp_path / "cmssw", "-isystem", ap]
    run(project, [*command, HERE / "load_model.cpp", "-o", loader, "-ldl"])
    said = run(project, [loader, build / f"{NAME}_v7.so", project])
    assert said.splitlines()[-1] == f"EXACT: {EVENTS} events, 2 refused"


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_numbers_of_several_words(tmp_path: Path) -> None:
    write_project(tmp_path, wide_network())
    flags = {"CXXFLAGS": "-O0 -Wall -Wextra -Werror", "CFLAGS": "-O0 -Wall -Wextra -Werror", "PLAIN": 1}
    flags["PYTHON"] = sys.executable  # the one that has numpy
    said = make(tmp_path, ["-j2", "test", "python", "cmssw"], EMULATOR_INCLUDE=interface(tmp_path), **flags)
    assert said.count(f"EXACT: {EVENTS} events, 0 numbers differ (small, baseline)") == 3
    # A build of somebody else's compiles the source from another folder.
    elsewhere = Path(tmp_path.name) / f"{NAME}.cpp"
    run(tmp_path.parent, ["g++", "-std=c++17", "-DFPGAML_EMULATOR_ONLY=0", "-fsyntax-only", elsewhere])


@pytest.fixture(scope="module")
def built(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, compiled quickly by its own Makefile."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    folder = tmp_path_factory.mktemp("built") / "p"
    shutil.copytree(project, folder)
    targets = ["all", "build_emulator/test_golden_cpp", "build_emulator/test_golden_c"]
    make(folder, targets, PLAIN=1, CXXFLAGS="-O0")
    return folder


def test_one_wrong_bit_is_found(built: Path, tmp_path: Path) -> None:
    """In the third event of the recorded outputs, by C++, C and Python."""
    folder = tmp_path / "p"
    shutil.copytree(built, folder)
    vectors = folder / "tb_data" / "output_y.txt"
    lines = vectors.read_text().splitlines()
    lines[2] = f"{int(lines[2].split()[0], 16) ^ 1:x} " + lines[2].partition(" ")[2]
    vectors.write_text("\n".join(lines) + "\n")
    said = run(folder, ["build_emulator/test_golden_cpp"], expected=1)
    assert "y, all events at once: event 2, element 0: expected " in said
    assert "FAILED: 100 events, 3 numbers differ (small, baseline)" in said
    assert "FAILED: 100 events, 1 numbers differ" in run(folder, ["build_emulator/test_golden_c"], expected=1)
    assert "FAILED: 100 events, 1 numbers differ" in run(folder, [sys.executable, "small.py"], expected=1)


def test_the_python_module(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answers are the interpreter's, for reals and integers, in several threads; what does not fit is refused."""
    monkeypatch.syspath_prepend(str(built))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    small = importlib.import_module(NAME)
    graph, rng = network(), np.random.default_rng(1)
    x, b = rng.normal(0, 9, (9001, 2, 2)), rng.uniform(0, 8, (9001, 3))
    expected = interpret(graph, read_inputs(graph, {"double": x, "b": b}))
    total, y = small.run(x, b, threads=3)
    np.testing.assert_array_equal(total, expected["class"].to_float())
    np.testing.assert_array_equal(y, expected["y"].to_float())

    singles = [array.astype(np.float32) for array in (x, b)]
    out = [np.empty((9001, 3), np.float32), np.empty((9001, 2, 2), np.float32)]
    assert all(given is result for given, result in zip(out, small.run(*singles, out=out), strict=True))
    values = read_inputs(graph, {"double": singles[0].astype(float), "b": singles[1].astype(float)})
    rounded = interpret(graph, values)["class"].to_float()
    np.testing.assert_array_equal(out[0], rounded.astype(np.float32))

    raw = values["double"].at(4), values["b"].at(0)
    ports = {port.name: port for port in small.OUTPUTS}
    codes, _ = small.run_raw(*raw)
    assert codes.dtype == ports["class"].dtype
    np.testing.assert_array_equal(np.ldexp(codes, -ports["class"].fractional), rounded)
    assert [len(each) for each in small.run(np.empty((0, 2, 2)), np.empty((0, 3)))] == [0, 0]

    refusals: list[tuple[Callable[[], object], str]] = [
        (lambda: small.run(x), "1 inputs where 2 are expected: double, b"),
        (lambda: small.run(x, b[:, :2]), "b: shape (9001, 2) where (9001, 3) is expected"),
        (lambda: small.run(x, b[:5]), "b: shape (5, 3) where (9001, 3) is expected"),
        (lambda: small.run(x * np.nan, b), "NaN or an infinity"),
        (lambda: small.run_raw(raw[0] * 1000, raw[1]), "double: an integer that is none of its input's type"),
        (lambda: small.run_raw(raw[0], raw[1] + 8), "an integer that is none of its input's type"),
        (lambda: small.run_raw(x, raw[1]), "double: float64 where integers are expected"),
        (lambda: small.run(x, b, out=out), "out: class needs a writable float64 array of shape (9001, 3) in C order"),
    ]
    for refused, reason in refusals:
        with pytest.raises(ValueError, match=re.escape(reason)):
            refused()


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.skipif(shutil.which("cmake") is None, reason="cmake is not installed")
def test_cmake_builds_tests_and_installs(project: Path, tmp_path: Path) -> None:
    """Another project finds it by find_package."""
    build, prefix = tmp_path / "build", tmp_path / "prefix"
    options = ["-DCMAKE_BUILD_TYPE=Debug", "-DSMALL_PLAIN=ON", f"-DCMAKE_INSTALL_PREFIX={prefix}"]
    run(project, ["cmake", "-B", build, *options])
    run(project, ["cmake", "--build", build, "-j2"])
    assert "100% tests passed, 0 tests failed out of 2" in run(build, ["ctest"])
    run(project, ["cmake", "--install", build])
    user = tmp_path / "user"
    user.mkdir()
    (user / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.15)\nproject(user CXX)\nfind_package(small REQUIRED)\n"
        "add_executable(user user.cpp)\ntarget_link_libraries(user small::small)\n"
    )
    shutil.copy(project / "test_golden.cpp", user / "user.cpp")
    run(user, ["cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}"])
    run(user, ["cmake", "--build", "build"])
    assert run(user, ["build/user", project]).startswith(f"EXACT: {EVENTS} events, 0 numbers differ (small, baseline)")


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.skipif(shutil.which("pkg-config") is None, reason="pkg-config is not installed")
def test_make_installs_what_pkg_config_finds(project: Path, tmp_path: Path) -> None:
    prefix = tmp_path / "prefix"
    make(project, ["install"], BUILD=tmp_path / "build", PREFIX=prefix, PLAIN=1, CXXFLAGS="-O0")
    found = {"PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    flags = run(project, ["pkg-config", "--cflags", "--libs", NAME], found).split()
    assert flags == [f"-I{prefix}/include", f"-L{prefix}/lib", f"-l{NAME}"]
    shutil.copy(project / "test_golden.cpp", tmp_path)
    run(tmp_path, ["g++", "-std=c++17", "test_golden.cpp", *flags, "-o", "user"])
    said = run(tmp_path, ["./user", project], {"LD_LIBRARY_PATH": str(prefix / "lib")})
    assert said.startswith(f"EXACT: {EVENTS} events")


def test_what_the_record_says_of_arithmetic() -> None:
    from fpgaml.cpp.arithmetic import arithmetic

    facts = CppFacts(name=NAME, arithmetic=arithmetic(network()))
    rows = {each.node: (each.held, each.computed) for each in facts.arithmetic}
    assert rows["double"] == ("int16", "")
    assert rows["first"] == ("", "int16 products, int32 sums")
    assert ("flat", "", "") not in facts.node_rows
    of_words = {each.node: (each.held, each.computed) for each in arithmetic(wide_network())}
    assert of_words["first"] == ("Wide<2>", "Wide<2> products, Wide<2> sums")
