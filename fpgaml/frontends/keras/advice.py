"""What to do about functions and layers that are not read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

NO_FUNCTION = "No layer computes it: cut the model before it, and compute the rest from the firmware's output"
"""For a function that was called on a tensor."""

_PREPROCESSING = ("it prepares data", "Prepare the data before the network, and leave the layer out")
LAYERS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("Resizing", "CenterCrop", "Discretization", "CategoryEncoding", "Hashing", "TextVectorization"), _PREPROCESSING
    ),
    "QConv2DTranspose": ("transposed convolutions of QKeras are not converted", "Use UpSampling2D and QConv2D"),
    "Masking": ("it hides steps from later layers", "Leave it out, and give events of one length"),
    "SpectralNormalization": ("wrappers are not converted", "Save the model with the layer that it wraps alone"),
}
"""Why layers of Keras, 2 and 3 alike, are not read, and what to use instead."""


def instead_of_layer(kind: str, known: Collection[str]) -> str:
    """What to use in place of a layer that nothing is known about.

    Args:
        known: the layers that are read.
    """
    near = get_close_matches(kind, known, n=2, cutoff=0.75)
    first = f"The nearest to it {'is' if len(near) == 1 else 'are'} {' and '.join(near)}. " if near else ""
    return f"{first}Build it from {', '.join(sorted(known))}; or cut the model before it"
