"""Commands whose parameters come in groups: a dataclass of options is one argument of the function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from inspect import Parameter, Signature
from typing import Any, get_type_hints


def grouped(function: Callable[..., None], more: Sequence[Parameter] = ()) -> Callable[..., None]:
    """A command of a function; where a parameter's type is a dataclass, each of its fields is an option.

    Its attribute `headings` holds, by option, the first line of what the dataclass says of itself.

    Args:
        function: its parameters and the fields are annotated as typer wants them.
        more: options that are known at run time only; the function takes them as its last argument, a dictionary.
    """
    hints = get_type_hints(function, include_extras=True)
    names = list(inspect.signature(function).parameters)
    groups = {name: hints[name] for name in names if is_dataclass(hints[name])}
    parameters: list[Parameter] = []
    for name in names:
        if name in groups:
            parameters += _of_group(groups[name])
        elif name in hints and not (more and name == names[-1]):
            default = inspect.signature(function).parameters[name].default
            parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=hints[name]))

    def command(**values: Any) -> None:
        arguments: dict[str, Any] = {}
        for name in names:
            if name in groups:
                kind = groups[name]
                arguments[name] = kind(**{each.name: values[each.name] for each in fields(kind)})
            elif name in values:
                arguments[name] = values[name]
        if more:
            arguments[names[-1]] = {each.name: values[each.name] for each in more}
        function(**arguments)

    command.__name__, command.__doc__ = function.__name__, function.__doc__
    command.__signature__ = Signature([*parameters, *more])  # type: ignore[attr-defined]
    command.__annotations__ = {}
    command.headings = {  # type: ignore[attr-defined]
        each.name: (kind.__doc__ or "").splitlines()[0] for kind in groups.values() for each in fields(kind)
    }
    return command


def _of_group(kind: type) -> list[Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        Parameter(each.name, Parameter.KEYWORD_ONLY, default=each.default, annotation=hints[each.name])
        for each in fields(kind)
    ]
