"""Drawings made in code."""

import numpy as np
import pytest
import torch

from mnist_adder_course.common import drawings


@pytest.mark.parametrize("shake", [drawings.SMOOTH, drawings.SHAKE])
def test_a_face_has_a_ring_around_its_eyes_and_mouth(shake):
    random = np.random.default_rng(0)
    for _ in range(50):
        ring, *parts = drawings.face_by_hand(random, shake)
        middle = (ring.min(0) + ring.max(0)) / 2
        reach = np.ptp(ring, axis=0) / 2
        assert len(parts) == 3  # two eyes and a mouth
        for part in parts:
            assert (np.abs((part.mean(0) - middle) / reach) < 0.8).all()
        eyes, mouth = [part.mean(0) for part in parts[:2]], parts[2].mean(0)
        assert np.linalg.norm(eyes[0] - eyes[1]) > 1
        assert max(eye[1] for eye in eyes) < mouth[1]  # y points down


def test_a_smooth_hand_misses_less_than_a_shaky_one():
    one, again, other = (drawings.faces_by_hand(20, drawings.SMOOTH, seed) for seed in (0, 0, 1))
    assert torch.equal(one, again) and not torch.equal(one, other)
    still, smooth, shaky = (drawings.draw_each("shapes", 2, 0, shake)[0].double()
                            for shake in (0, drawings.SMOOTH, drawings.SHAKE))
    assert 0 < (smooth - still).abs().mean() < 0.7 * (shaky - still).abs().mean()
