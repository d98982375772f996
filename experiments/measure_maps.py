"""Put lesson 12's maps to its tests with other networks.

    python experiments/measure_maps.py

Adds a line for each seed to assets/maps.jsonl, which lesson 12 reads. A network is trained by the
recipe "fast", and asked about the lesson's 100 evaluation images. `r` says how alike its maps are,
on the ink, to the maps of the same network asked for the "wrong digit" (the next one), of "another
reader" (the network that ships) and of an "untrained" one; `unsigned` says the same of the maps
without their signs, on the ink and on the whole image. `leads` are the lesson's leads over the 20
brightest pixels, in logits: the mean and two standard errors; `on_black` is the percentage of the
20 pixels that are black already. All five take about ten minutes on one core.
"""

from collections.abc import Callable

import torch
from common import ASSETS, command_line, record
from measure_recipes import train_network
from torch import Tensor, nn

from mnist_adder_course.common.maps import (
    BLACK,
    agree,
    cover,
    delete_highest,
    gradient,
    guided_backprop,
    integrated_gradients,
)
from mnist_adder_lib import IdentityAdderModel, as_input, load_pretrained, load_splits
from mnist_adder_lib.evaluate import in_evaluation

METHODS = {"gradient": gradient, "integrated": integrated_gradients,
           "Guided Backprop": guided_backprop}


def lesson_images(count: int = 100) -> tuple[Tensor, Tensor]:
    """The images of the lesson's tests, as a network gets them, and their digits."""
    evaluation = load_splits()[2]
    torch.manual_seed(0)
    chosen = torch.randperm(len(evaluation.images))[:count]
    return as_input(evaluation.images[chosen]), evaluation.digits[chosen]


def maps_of(network: nn.Module, images: Tensor, digits: Tensor) -> dict[str, Tensor]:
    return {name: method(network, images, digits) for name, method in METHODS.items()}


def measure(network: nn.Module, untrained: nn.Module, images: Tensor, digits: Tensor) -> dict:
    """Both tests: a line of the results, but for its seed."""
    maps = maps_of(network, images, digits)
    others = {"wrong digit": maps_of(network, images, (digits + 1) % 10),
              "another reader": maps_of(in_evaluation(load_pretrained()), images, digits),
              "untrained": maps_of(untrained, images, digits)}
    light = images[:, 0]
    ink = light > BLACK

    def alike(control: str, name: str, where: Tensor, signs: bool = True) -> float:
        pair = maps[name], others[control][name]
        one, other = pair if signs else (values.abs() for values in pair)
        return round(agree(one, other, where).mean().item(), 3)

    everywhere = torch.ones_like(ink)
    leads, on_black = measure_leads(network, maps, others["untrained"], light, digits)
    return dict(
        r={control: {name: alike(control, name, ink) for name in maps} for control in others},
        unsigned={where: {control: {name: alike(control, name, pixels, signs=False)
                                    for name in maps} for control in others}
                  for where, pixels in (("ink", ink), ("image", everywhere))},
        leads=leads, on_black=on_black)


def occlusion(score: Callable[[Tensor], Tensor], images: Tensor, size: int) -> Tensor:
    """How far the score falls when a black patch covers each pixel and those around it."""
    falls, whole = torch.zeros(images.shape), score(images)
    for row in range(images.shape[1] - size + 1):
        for column in range(images.shape[2] - size + 1):
            fall = whole - score(cover(images, row, column, size))
            falls[:, row + size // 2, column + size // 2] = fall
    return falls


def of_the_ink(importance: Tensor, images: Tensor) -> Tensor:
    """The same order, but all black pixels last."""
    return torch.where(images > BLACK, importance, importance.min() - 1)


def measure_leads(network: nn.Module, maps: dict[str, Tensor], untrained: dict[str, Tensor],
                  light: Tensor, digits: Tensor) -> tuple[dict, dict]:
    """The leads of all rankings of the lesson, and what percentage of their pixels is black."""
    @torch.no_grad()
    def score(images: Tensor) -> Tensor:
        numbers = torch.full((len(images),), 5)
        return network(images[:, None], numbers)[0].gather(1, digits[:, None])[:, 0]

    torch.manual_seed(0)
    rankings = maps | {
        "occlusion": occlusion(score, light, 5),
        "gradient, of the ink": of_the_ink(maps["gradient"], light),
        "random, of the ink": of_the_ink(torch.rand(light.shape), light),
        "integrated, untrained": untrained["integrated"],
        "each pixel alone": occlusion(score, light, 1)}
    leads, on_black = {}, {}
    brightest = score(delete_highest(light, light, 20, BLACK))
    for name, ranking in rankings.items():
        lead = brightest - score(delete_highest(light, ranking, 20, BLACK))
        leads[name] = [round(lead.mean().item(), 3),
                       round(2 * lead.std().item() / len(lead) ** 0.5, 3)]
        deleted = delete_highest(light, ranking, 20, BLACK - 1) == BLACK - 1
        on_black[name] = round(100 * (light[deleted] == BLACK).double().mean().item(), 1)
    return leads, on_black


if __name__ == "__main__":
    parser = command_line(__doc__, ASSETS / "maps.jsonl")
    parser.set_defaults(seeds=range(1, 6))
    options = parser.parse_args()
    torch.set_num_threads(1)
    images, digits = lesson_images()
    for seed in options.seeds:
        network = in_evaluation(train_network("fast", seed)[0])
        torch.manual_seed(seed)
        record(dict(seed=seed, **measure(network, IdentityAdderModel().eval(), images, digits)),
               options.path)
