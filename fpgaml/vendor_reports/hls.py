"""What is common to the reports of AMD's HLS tools."""

from __future__ import annotations

VITIS, VIVADO = "Vitis HLS", "Vivado HLS"
TRIED = {VITIS: frozenset({"2023.2"}), VIVADO: frozenset({"2018.2", "2020.1"})}
"""Versions of which real reports were read."""
