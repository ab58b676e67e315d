"""A configuration file of hls4ml: its precisions, strategies and reuse factors, with the meaning that they have there.

Source: hls4ml 1.3, `hls4ml/model/graph.py`, `HLSConfig`: a layer's name goes before its class, both before the model;
what is said of a part goes before `default`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.precision.asked import EXACT, PARTS, Asked, AskedType, read_type

OPTION = "--hls-config"
LARGEST = 1 << 24
"""Bytes of a configuration file."""
_PARTS = {**{part: part for part in PARTS}, "default": "", "depthwise": "weight", "pointwise": "weight"}
_TABLES = ("exp_table", "inv_table")
_STRATEGIES = {"latency": "latency", "resource": "resource", "distributed_arithmetic": "da"}
_FAMILIAR = {"Precision", "ReuseFactor", "Strategy"}
_HARMLESS = {
    "Trace": False,
    "TraceOutput": False,
    "ConvImplementation": "LineBuffer",
    "BramFactor": 1000000000,
    "TargetCycles": None,
}
"""Keys that mean nothing with these values, which hls4ml writes into every file."""
_OUTSIDE = ("Backend", "Part", "ClockPeriod", "ClockUncertainty")


@dataclass(frozen=True)
class Hls4mlConfig:
    """What a file asks for.

    Args:
        settings: of an HLS target, by field, as texts.
    """

    asked: Asked
    settings: Mapping[str, Any] = field(default_factory=dict)

    def for_target(self, name: str) -> Hls4mlConfig:
        """The same for a target: strategies, reuse factors and the kind of ports are those of an HLS project."""
        if name == "hls" or not self.settings:
            return self
        message = f"{OPTION}: IOType, Strategy and ReuseFactor not used: --target {name} has settings of its own"
        return Hls4mlConfig(replace(self.asked, messages=(*self.asked.messages, message)))


def read_hls4ml_config(path: Path) -> Hls4mlConfig:
    """Read a YAML file; nothing in it is executed.

    Raises:
        FpgamlError: not such a file, or a precision that means nothing.
    """
    import yaml

    try:
        if path.stat().st_size > LARGEST:
            raise FpgamlError(str(path), f"is larger than {LARGEST >> 20} MiB")
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = f"cannot be read as YAML: {str(error).splitlines()[0]}"
        advice = "Values such as objects of Python are refused: save plain text" if "tag" in reason else ""
        raise FpgamlError(str(path), reason, advice) from error
    if not isinstance(content, dict):
        raise FpgamlError(str(path), "is no configuration of hls4ml", "It has `HLSConfig`, or `Model` and `LayerName`")
    body = content.get("HLSConfig", content)
    if not isinstance(body, dict) or not {"Model", "LayerName", "LayerType"} & body.keys():
        raise FpgamlError(str(path), "has neither Model, LayerName nor LayerType", "Give the `HLSConfig` of hls4ml")
    return _Reading(path, content, body).read()


@dataclass
class _Reading:
    path: Path
    content: Mapping[str, Any]
    body: Mapping[str, Any]
    parts: dict[tuple[str, str], AskedType | None] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    dropped: dict[str, None] = field(default_factory=dict)
    accumulators: bool = False

    def read(self) -> Hls4mlConfig:
        model = self._section("Model")
        self._precisions("", model.get("Precision"), "Model")
        self._drop(model)
        for kind, settings in self._layers("LayerType"):
            self._precisions(f"{kind.lower()}:", settings.get("Precision"), f"LayerType {kind}")
            self._drop(settings)
            if {"ReuseFactor", "Strategy"} & settings.keys():
                self.dropped["ReuseFactor and Strategy by LayerType"] = None
        for name, settings in self._layers("LayerName"):
            self._precisions(name, settings.get("Precision"), f"LayerName {name}")
            self._drop(settings)
        everywhere = self.parts.pop(("", ""), None)
        messages = [f"{self.path.name}: {EXACT}"] if self.accumulators else []
        used = [key for key in _OUTSIDE if key in self.content]
        if used:
            messages.append(f"{self.path.name}: {', '.join(used)} not used: --board, --clock and --backend say them")
        if self.dropped:
            messages.append(f"{self.path.name}: not kept, since nothing here has it: {', '.join(self.dropped)}")
        asked = Asked(everywhere, self.parts, tuple(self.texts), tuple(messages), OPTION, lenient=True)
        return Hls4mlConfig(asked, self._settings(model))

    def _precisions(self, layer: str, given: Any, where: str) -> None:
        if given is None:
            return
        for key, text in ({"default": given} if isinstance(given, str) else self._mapping(given, where)).items():
            name = str(key)
            if name == "accum":
                self.accumulators |= str(text) != "auto"
                continue
            part = "table" if name in _TABLES else _PARTS.get(name)
            if part is None:
                self.dropped[f"the precision of `{name}`"] = None
                continue
            if str(text) == "auto":
                if part == "result":  # hls4ml then takes the type that loses nothing
                    self.parts[layer, part] = None
                continue
            self.parts[layer, part] = read_type(str(text), f"{self.path.name}, {where}")
            self.texts.append(f"{where}.{name}={text}")

    def _settings(self, model: Mapping[str, Any]) -> dict[str, Any]:
        """Of the HLS target: of single layers where they differ from the model's."""
        found: dict[str, Any] = {}
        io = self.content.get("IOType")
        if io is not None:
            found["io"] = str(io)
        strategy, reuse = self._strategy(model), self._reuse(model)
        if strategy:
            found["strategy"] = strategy
        if reuse:
            found["reuse_factor"] = reuse
        layers = []
        for name, settings in self._layers("LayerName"):
            own = [
                str(value)
                for value, usual in ((self._strategy(settings), strategy), (self._reuse(settings), reuse))
                if value and value != usual
            ]
            if own:
                layers.append(f"{name}={':'.join(own)}")
        if layers:
            found["layer_settings"] = tuple(layers)
        return found

    def _strategy(self, settings: Mapping[str, Any]) -> str:
        given = settings.get("Strategy")
        if given is None:
            return ""
        word = _STRATEGIES.get(str(given).lower(), "")
        if not word:
            self.dropped[f"Strategy {given}"] = None
        return word

    def _reuse(self, settings: Mapping[str, Any]) -> int:
        given = settings.get("ReuseFactor", 0)
        if not isinstance(given, int) or given < 0:
            raise FpgamlError(self.path.name, f"`{given}` is no reuse factor", "Give 1 or more")
        return given

    def _drop(self, settings: Mapping[str, Any]) -> None:
        for key, value in settings.items():
            if key not in _FAMILIAR and value != _HARMLESS.get(key, ""):
                self.dropped[str(key)] = None

    def _layers(self, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name, settings in self._section(key).items():
            yield str(name), self._mapping(settings, f"{key} {name}")

    def _section(self, key: str) -> Mapping[str, Any]:
        return self._mapping(self.body.get(key) or {}, key)

    def _mapping(self, value: Any, where: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise FpgamlError(self.path.name, f"{where} is not a list of settings", "Compare with hls4ml's own files")
        return value
