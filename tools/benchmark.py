"""Measure the library's training against the reference pipeline, side by side in one process.

    python tools/benchmark.py [--steps 375] [--rounds 3] [--quick]

The reference pipeline makes each example by itself, with PIL transforms in a map-style dataset,
and trains the published variant with element-wise dropout. Ours trains the same layers, dropping
whole channels, on batches that are made at once. Both use `fit`, batches of 128 and the reference
recipe. The third is the fast recipe. Rounds take turns, and the fastest of
each counts, since other work on the machine can only slow a round down.
"""

import argparse
import sys
import time

import torch
from torch.utils.data import DataLoader, Dataset, Subset
from torchvision import transforms

from mnist_adder_lib import (
    LIGHT_AUGMENT,
    IdentityAdderModel,
    fast_recipe,
    fit,
    joint_loss,
    load_splits,
    reference_recipe,
    refresh_batch_norm,
)
from mnist_adder_lib.data import MEAN, STD

try:
    import resource
except ImportError:  # on Windows
    resource = None

BATCH = 128
STEPS_PER_EPOCH = 375
REFERENCE_EPOCHS, FAST_EPOCHS = 15, 2


class ReferenceDataset(Dataset):
    """MNIST examples one at a time, each image through PIL."""

    def __init__(self, images, digits):
        self.images, self.digits = images, digits
        self.transform = transforms.Compose([
            transforms.ToPILImage(),
            transforms.RandomAffine(degrees=20, translate=(0.1, 0.1), scale=(0.9, 1.1)),
            transforms.ColorJitter(brightness=0.2, contrast=0.2),
            transforms.ToTensor(),
            transforms.Normalize((MEAN,), (STD,)),
        ])

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        number, digit = torch.randint(10, ()), self.digits[index]
        return (self.transform(self.images[index]), number), (digit, digit + number)


def training_seconds(model, dataset, recipe, steps: int) -> float:
    """Seconds for some steps of `fit`, their loading included."""
    optimizer, scheduler = recipe(model, steps)
    history = fit(model, Subset(dataset, range(steps * BATCH)), epochs=1, optimizer=optimizer,
                  scheduler=scheduler, batch_size=BATCH, all_numbers=recipe is fast_recipe)
    return history.seconds[0]


def share_outside(model, dataset, steps: int) -> float:
    """The share of a plain training loop's time that is not forward, backward or optimiser."""
    loader = DataLoader(Subset(dataset, range(steps * BATCH)), BATCH, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    inside, start = 0.0, time.perf_counter()
    for inputs, targets in loader:
        step_start = time.perf_counter()
        optimizer.zero_grad()
        joint_loss(*model(*inputs), *targets).backward()
        optimizer.step()
        inside += time.perf_counter() - step_start
    return 1 - inside / (time.perf_counter() - start)


def main(steps: int, rounds: int) -> None:
    train, light = load_splits()[0], load_splits()[0]
    light.augment = LIGHT_AUGMENT
    pipelines = {
        "reference": (IdentityAdderModel(1, channel_dropout=False),
                      ReferenceDataset(train.images, train.digits), reference_recipe),
        "ours": (IdentityAdderModel(1), train, reference_recipe),
        "fast": (IdentityAdderModel(dropout=0), light, fast_recipe),
    }
    epoch = {name: [] for name in pipelines}  # seconds
    outside = {name: [] for name in pipelines}
    for name in list(pipelines) * rounds:
        model, dataset, recipe = pipelines[name]
        training_seconds(model, dataset, recipe, steps=5)  # warm up after the one before
        seconds = training_seconds(model, dataset, recipe, steps)
        epoch[name].append(seconds / steps * STEPS_PER_EPOCH)
        outside[name].append(share_outside(model, dataset, steps))
    best = {name: min(seconds) for name, seconds in epoch.items()}
    print(f"{torch.get_num_threads()} threads, {steps} steps, {rounds} rounds")
    print(f"{'':10} {'s/epoch':>8} {'examples/s':>11} {'outside forward, backward, optimiser':>38}")
    for name, seconds in best.items():
        speed = STEPS_PER_EPOCH * BATCH / seconds
        print(f"{name:10} {seconds:8.1f} {speed:11,.0f} {min(outside[name]):38.0%}")
    ratios = sorted(b / a for a, b in zip(epoch["reference"], epoch["ours"]))
    print(f"ours / reference: {best['ours'] / best['reference']:.2f}; "
          f"round by round {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    light.augment, start = None, time.perf_counter()
    refresh_batch_norm(pipelines["fast"][0], light)  # the recipe's last step
    refresh = time.perf_counter() - start
    fast = FAST_EPOCHS * best["fast"] + refresh
    reference = REFERENCE_EPOCHS * best["reference"]
    print(f"whole fast recipe {fast:.1f} s, {refresh:.1f} s of it to refresh batch norm; "
          f"{REFERENCE_EPOCHS} reference epochs {reference:.0f} s: "
          f"1/{reference / fast:.1f}")
    if resource:
        unit = 2**20 if sys.platform == "darwin" else 2**10  # a MiB, in what it counts by
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        print(f"peak memory {memory:,.0f} MiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=375, help="of each round; an epoch has 375")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="60 steps: under two minutes")
    arguments = parser.parse_args()
    main(60 if arguments.quick else arguments.steps, arguments.rounds)
