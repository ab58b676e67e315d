"""A target's settings in manifest.json: each target has its own, told apart by `target`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from pydantic import ConfigDict

from fpgaml.record.base import Fact, Name


class Settings(Fact):
    """What every target's settings say of themselves to a report."""

    target: Name

    @property
    def summary(self) -> str:
        """What was made, in a line or more."""
        return self.target

    @property
    def on_board(self) -> bool:
        """Whether what was made is for the board."""
        return True

    @property
    def of_graph(self) -> bool:
        """Whether its golden vectors are the Graph's own integers."""
        return True

    @property
    def top_module(self) -> str:
        """The top module or function of what was made; empty where there is none."""
        return ""

    @property
    def node_rows(self) -> Sequence[tuple[str, str, str]]:
        """Of what computes on a processor, for each node: its name, what it is held in, what it is computed in."""
        return ()

    @property
    def speaker(self) -> str:
        """Whose messages the manifest holds."""
        return "The tools"

    @property
    def how_to_check(self) -> str:
        """How the target's own check can be made where it was not; empty where its note says so."""
        return ""

    @property
    def timing_by(self) -> str:
        """What an estimate's cycles follow from."""
        return "fpgaml"

    @property
    def timing_note(self) -> str:
        """How an estimate's timing came about; empty where there is nothing to say."""
        return ""

    @property
    def checks_edited(self) -> str:
        """The command that checks the project's files as they are now."""
        return "fpgaml verify"


class OtherSettings(Settings):
    """Those of a target that this fpgaml does not have: they are shown as they are."""

    model_config = ConfigDict(extra="allow")

    @property
    def summary(self) -> str:
        """All of them, one after another."""
        given = ", ".join(f"{name} {value}" for name, value in (self.__pydantic_extra__ or {}).items())
        return f"{self.target}: {given}" if given else self.target


def settings_class(target: str) -> type[Settings]:
    """The class of a target's settings, as its `facts` names it."""
    from fpgaml.targets import target_class, target_names

    place = getattr(target_class(target), "facts", "") if target in target_names() else ""
    if not place:
        return OtherSettings
    module, _, name = place.partition(":")
    found: type[Settings] = getattr(import_module(module), name)
    return found


def read_settings(content: Any) -> Any:
    """Settings as manifest.json holds them; what has no target is left for the reader to refuse.

    Raises:
        ValidationError: they are not those of their target.
    """
    if not isinstance(content, Mapping) or not isinstance(content.get("target"), str):
        return content
    return settings_class(content["target"]).model_validate(content)
