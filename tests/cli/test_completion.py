"""What the shell offers on Tab, as a shell asks for it; and `-h`."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from fpgaml.cli.main import app


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("fpgaml convert --board zcu1", {"zcu102", "zcu104", "zcu111"}),
        ("fpgaml convert --target r", {"rtl"}),
        ("fpgaml train lar", {"lar_timing"}),
        ("fpgaml evaluate calo_anomaly/", {"calo_anomaly/conv"}),
    ],
)
def test_completion(words: str, offered: set[str]) -> None:
    asked = {"_FPGAML_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = CliRunner().invoke(app, [], prog_name="fpgaml", env=asked)
    assert set(done.output.split()) == offered


def test_a_shell_can_be_told() -> None:
    done = CliRunner().invoke(app, ["--help"])
    assert "--install-completion" in done.output
    assert "--show-completion" in done.output


def test_h_is_help_everywhere() -> None:
    commands = sorted(command.name or command.callback.__name__ for command in app.registered_commands)  # type: ignore[union-attr]
    for command in commands:
        done = CliRunner().invoke(app, [command, "-h"])
        assert done.exit_code == 0, command
        assert "Usage" in done.output, command
