"""The float network's steps and the script that builds them, which cannot import each other, agree."""

from __future__ import annotations

from typing import get_args

from fpgaml.tflite.making import runner, tables
from fpgaml.tflite.making.network import Kind


def test_each_kind_of_step_is_built() -> None:
    assert sorted(runner.STEPS) == sorted(get_args(Kind))


def test_each_function_of_a_table_is_built() -> None:
    assert runner.FUNCTIONS.keys() == tables.FUNCTIONS.keys() - {"identity"}
