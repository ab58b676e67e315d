"""The model files that a project was made from, where the user has them at hand."""

from __future__ import annotations

from fpgaml.errors import FpgamlError
from fpgaml.files import file_sha256
from fpgaml.frontends.chain.files import ModelFile, chained, files_of
from fpgaml.record.manifest import Manifest


def as_converted(model: ModelFile, manifest: Manifest) -> ModelFile:
    """The files as the project was made from them: with the outputs that leave it.

    Raises:
        FpgamlError: they are other files than the recorded ones, by sha256.
    """
    files, recorded = files_of(model), manifest.source.files
    if len(files) != len(recorded):
        how = "Give --model FILE" + "".join(f" --then {each.file}" for each in recorded[1:])
        raise FpgamlError(str(model), f"the project was made from {manifest.source.title}", how)
    for path, each in zip(files, recorded, strict=True):
        if file_sha256(path) != each.sha256:
            raise FpgamlError(str(path), f"is not the {each.file} that the project was made from")
    return chained(files[0], files[1:], keep_outputs=manifest.source.keep_outputs)
