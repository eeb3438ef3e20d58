"""Layers of pictures and volumes; a mask is laid on their first two axes."""

from typing import Any

from keras import layers

from ..patterns import one
from ..weights import normal
from .entry import Entry, entry, plain, trial

PICTURES = one("inputs", normal("pictures", 3, 5, 5, 2))
VOLUMES = one("inputs", normal("volumes", 3, 5, 4, 4, 2))
IMAGES = one("inputs", abs(normal("images", 3, 5, 8, 3)) * 60)


def _of_axes(axes: int) -> dict[str, dict[str, Any]]:
    """What exists for pictures and for volumes."""
    filters = {"filters": 2, "kernel_size": 2}
    configs: dict[str, dict[str, Any]] = {
        "AdaptiveAveragePooling": {"output_size": 2},
        "AdaptiveMaxPooling": {"output_size": 2},
        "AveragePooling": {"pool_size": 2},
        "Conv": filters,
        "Cropping": {"cropping": 1},
        "GlobalAveragePooling": {},
        "GlobalMaxPooling": {},
        "MaxPooling": {},
        "SpatialDropout": {"rate": 0.5},
        "UpSampling": {},
        "ZeroPadding": {},
    }
    named = {f"{name}{axes}D": config for name, config in configs.items()}
    return named | {f"Conv{axes}DTranspose": filters}


FACTOR = {"factor": 0.1}
SIZE = {"height": 4, "width": 4}
OF_IMAGES: dict[str, dict[str, Any]] = {
    "AugMix": {},
    "AutoContrast": {},
    "CenterCrop": SIZE,
    "ContrastLimitedAdaptiveHistogramEqualization": {},
    "CutMix": {},
    "Equalization": {},
    "MixUp": {},
    "RandAugment": {},
    "RandomBrightness": FACTOR,
    "RandomColorDegeneration": FACTOR,
    "RandomColorJitter": {},
    "RandomContrast": FACTOR,
    "RandomCrop": SIZE,
    "RandomElasticTransform": {},
    "RandomErasing": {},
    "RandomFlip": {},
    "RandomGaussianBlur": {},
    "RandomGrayscale": {},
    "RandomHue": FACTOR,
    "RandomInvert": {},
    "RandomPerspective": {},
    "RandomPosterization": {"factor": 4},
    "RandomRotation": FACTOR,
    "RandomSaturation": FACTOR,
    "RandomSharpness": FACTOR,
    "RandomShear": {},
    "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1},
    "RandomZoom": {"height_factor": 0.1},
    "Resizing": SIZE,
    "Solarization": {},
}

ENTRIES: dict[str, Entry] = (
    plain(_of_axes(2), PICTURES)
    | plain(_of_axes(3), VOLUMES)
    | plain(
        {
            "DepthwiseConv2D": {"kernel_size": 2},
            "SeparableConv2D": {"filters": 2, "kernel_size": 2},
        },
        PICTURES,
    )
    | plain(OF_IMAGES, IMAGES)
    | {"MaxNumBoundingBoxes": entry(words="takes images with boxes, in a dict")}
)
