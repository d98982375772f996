"""Colours as eyes see them: contrast, distance, and how the colour-blind see them."""

import numpy as np

# Machado, Oliveira and Fernandes 2009, "A physiologically-based model for simulation of color
# vision deficiency", table 1, severity 1.0; for linear RGB.
EYES = {
    "ordinary": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868],
                            [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968],
                              [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779],
                            [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375],  # sRGB, white D65
                   [0.2126729, 0.7151522, 0.0721750],
                   [0.0193339, 0.1191920, 0.9503041]])


def linear(rgb) -> np.ndarray:
    """sRGB 0-1, (..., 3), as shares of light."""
    rgb = np.asarray(rgb, float)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def seen_by(eyes: str, rgb) -> np.ndarray:
    """sRGB 0-1, (..., 3), as it looks to such eyes."""
    light = np.clip(linear(rgb) @ EYES[eyes].T, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def contrast(one, other) -> float:
    """The contrast of two colours, sRGB 0-1, as WCAG 2 defines it: 1 to 21."""
    low, high = sorted(float(linear(colour) @ TO_XYZ[1]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb) -> np.ndarray:
    """sRGB 0-1 in CIELAB."""
    xyz = linear(rgb) @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    x, y, z = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one, other) -> float:
    """CIE76, the distance in CIELAB; about 2.3 can just be noticed between large areas."""
    return float(np.linalg.norm(lab(one) - lab(other)))


def least_distance(one, other) -> float:
    """The distance of two colours for the eyes that tell them apart worst."""
    return min(distance(seen_by(eyes, one), seen_by(eyes, other)) for eyes in EYES)
