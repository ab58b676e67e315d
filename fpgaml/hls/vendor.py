"""How each vendor's tool is called on a project, as rules of a make file.

Sources: UG1399 (`vitis_hls -f`, `vitis-run --mode hls --tcl`), UG902 (`vivado_hls -f`), hls4ml 1.3's own
`build` methods for the other backends.
"""

from __future__ import annotations

from fpgaml.hls.settings import Backend

_OPTIONS = ("reset", "csim", "synth", "cosim", "validation", "export", "vsynth", "fifo_opt")


def exported(backend: Backend) -> str:
    """What `make export` leaves, and where."""
    return _EXPORTED[backend.name]


def make_rules(backend: Backend) -> str:
    """The rules csynth, cosim and export."""
    return _RULES[backend.name]


def _vitis() -> str:
    # Vitis before 2024.1 has vitis_hls, later releases have vitis-run.
    run = (
        "\tif command -v vitis-run >/dev/null; then vitis-run --mode hls --tcl build_prj.tcl; "
        "else vitis_hls -f build_prj.tcl; fi"
    )
    rules = []
    for target, chosen in _CHOSEN.items():
        options = " ".join(f"{option} {int(option in chosen)}" for option in _OPTIONS)
        rules.append(f"{target}:\n\techo 'array set opt {{{options}}}' > build_opt.tcl\n{run}\n")
    return "\n".join(rules)


def _vivado() -> str:
    rules = []
    for target, chosen in _CHOSEN.items():
        options = " ".join(f"{option}={int(option in chosen)}" for option in _OPTIONS)
        rules.append(f'{target}:\n\tvivado_hls -f build_prj.tcl "{options}"\n')
    return "\n".join(rules)


def _catapult() -> str:
    rules = []
    for target, chosen in _CHOSEN.items():
        options = " ".join(f"{option}={option in chosen}" for option in _OPTIONS)
        command = f"catapult -product ultra -shell -f build_prj.tcl -eval 'set ::argv \"{options}\"'"
        rules.append(f"{target}:\n\t{command}\n")
    return "\n".join(rules)


_CHOSEN = {
    "csynth": frozenset({"reset", "synth"}),
    "cosim": frozenset({"reset", "synth", "cosim"}),
    "export": frozenset({"reset", "synth", "export"}),
}

_RULES = {
    "Vitis": _vitis(),
    "Vivado": _vivado(),
    "Catapult": _catapult(),
    "Quartus": "csynth:\n\t$(MAKE) -f hls4ml.mk network-fpga\n\ncosim: csynth\n\t./network-fpga\n\n"
    "export: csynth\n\t@echo 'the core is in network-fpga.prj/components'\n",
    "oneAPI": "csynth:\n\tcmake -S . -B build && $(MAKE) -C build report\n\n"
    "cosim:\n\tcmake -S . -B build && $(MAKE) -C build fpga_sim && build/network.fpga_sim\n\n"
    "export:\n\tcmake -S . -B build && $(MAKE) -C build fpga\n",
    # shls runs this make file itself, with SHLS_ROOT_DIR set.
    "Libero": "ifdef SHLS_ROOT_DIR\ninclude hls4ml.mk\nelse\ncsynth:\n\tshls hw\n\ncosim:\n\tshls cosim\n\n"
    "export:\n\tshls fpga\nendif\n",
}

_IP = "IP (IP-XACT) in network_prj/solution1/impl/ip, for ip_repo_paths and block designs"
_EXPORTED = {
    "Vitis": _IP,
    "Vivado": _IP,
    "Catapult": "the RTL, in the folder that Catapult names",
    "Quartus": "a Platform Designer component in network-fpga.prj/components",
    "oneAPI": "what the FPGA flow of the compiler builds, in build/",
    "Libero": "what `shls fpga` builds, in hls_output/",
}
