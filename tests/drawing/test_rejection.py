"""A third head that rejects non-digits."""

import numpy as np
import pytest
import torch

from mnist_adder_course.common import drawings
from mnist_adder_lib import (
    IdentityAdderModel,
    count_parameters,
    load_checkpoint,
    load_pretrained,
    save_checkpoint,
)
from mnist_adder_lib.drawing import NonDigitHead, load_non_digit_head
from mnist_adder_lib.drawing.rejection import look_at
from mnist_adder_lib.evaluate import in_evaluation
from mnist_adder_lib.files import load_tensors


def test_the_head_that_ships_tells_digits_from_what_is_none(splits):
    model, head = load_pretrained(), load_non_digit_head()
    threshold = head.score(model, splits[1].images[:2000]).quantile(0.95)

    def share(images):
        return (head.score(model, images) > threshold).double().mean().item()

    assert share(splits[2].images[:2000]) < 0.08
    assert share(drawings.draw_each("letters", 1)[0]) > 0.6
    assert share(drawings.faces()) > 0.3 and len(drawings.faces()) == 10
    random = np.random.default_rng(0)
    for make in (drawings.scribble, drawings.signature, drawings.two_digits, drawings.full_pad):
        images = torch.from_numpy(np.stack([drawings.framed(make(random)) for _ in range(20)]))
        assert share(images) > 0.5, make


def test_a_head_is_small_and_no_part_of_the_network():
    assert count_parameters(load_non_digit_head()) == 1409
    assert count_parameters(load_pretrained()) == 17_360
    assert count_parameters(IdentityAdderModel(adder_layers=1)) == 13_136


def test_what_is_scored_depends_on_no_other_image(splits):
    model, head, images = load_pretrained().train(), load_non_digit_head(), splits[2].images[:30]
    assert (head.score(model, images)[7] - head.score(model, images[7:8])).abs() < 1e-3
    assert model.training


@pytest.mark.parametrize("name", ["model.pt", "model.safetensors"])
def test_a_head_is_saved_with_its_network(tmp_path, splits, name):
    model, head = IdentityAdderModel().eval(), NonDigitHead()
    save_checkpoint(tmp_path / name, model, head, seed=3)
    saved = load_tensors(tmp_path / name)["non_digit_head"]
    loaded = NonDigitHead().eval()
    loaded.load_state_dict({key: torch.tensor(value) for key, value in saved.items()})
    images = splits[2].images[:20]
    assert torch.equal(loaded.score(model, images), head.score(model, images))
    again, details = load_checkpoint(tmp_path / name)
    assert torch.equal(look_at(again, images)[1], look_at(model, images)[1])
    assert details.keys() == {"seed", "variant", "normalisation"}


@pytest.mark.parametrize("images", [
    torch.zeros(3, 28, 28), torch.zeros(0, 28, 28, dtype=torch.uint8),
    torch.zeros(3, 1, 28, 28, dtype=torch.uint8)])  # fmt: skip
def test_images_that_do_not_fit(images):
    with pytest.raises(ValueError, match="uint8"):
        load_non_digit_head().score(load_pretrained(), images)


def test_a_model_of_another_kind():
    with pytest.raises(TypeError, match="IdentityAdderModel, not Linear"):
        look_at(torch.nn.Linear(1, 1), torch.zeros(3, 28, 28, dtype=torch.uint8))


def test_what_a_network_finds_and_says(splits):
    model, images = load_pretrained(), splits[2].images[:5]
    found, logits, embeddings = look_at(in_evaluation(model), images)
    with torch.no_grad():
        x = (images[:, None] / 255 - 0.1307) / 0.3081
        after_two = model.block2(model.block1(x))
        expected = [after_two.mean((2, 3)), model.block3(after_two).mean((2, 3))]
        digits = model(x, torch.zeros(5, dtype=torch.int64))[0]
        assert torch.allclose(embeddings, model.embed(x), atol=1e-5)
    assert torch.allclose(found, torch.cat(expected, 1), atol=1e-5)
    assert torch.allclose(logits, digits, atol=1e-4)
