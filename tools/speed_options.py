"""Measure what each option brings to a training step, against the library's own way.

    python tools/speed_options.py [--steps 40] [--rounds 5]

Every option trains the same network on the same batches, the data already loaded. Rounds take
turns through all options; the ratio to the library's step is taken within each round, and its
median printed with the lowest and the highest. Below 1 is faster.
"""

import argparse
import statistics
import time
from contextlib import nullcontext
from functools import partial

import torch
from torch import nn
from torch.utils.data import DataLoader

from mnist_adder_lib import IdentityAdderModel, joint_loss, load_splits


def train_steps(model, batches, autocast=nullcontext):
    """Seconds for a step on each batch, per 128 examples."""
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    model.train()
    start = time.perf_counter()
    for inputs, targets in batches:
        optimizer.zero_grad()
        with autocast():
            digit_logits, sum_logits = model(*inputs)
        joint_loss(digit_logits.float(), sum_logits.float(), *targets).backward()
        optimizer.step()
    return (time.perf_counter() - start) / sum(len(inputs[0]) for inputs, _ in batches) * 128


def norm_before_relu(model):
    """The layers in the order convolution, batch norm, ReLU, which most networks have."""
    for block in (model.block1, model.block2, model.block3):
        for layers in block:
            if isinstance(layers, nn.Sequential):
                layers[1], layers[2] = layers[2], layers[1]
    return model


def pool_before_norm(model):
    """Each block's max pooling moved before its last batch norm, which then has less to do."""
    for block in (model.block1, model.block2):
        last, pool = block[1], block[2]
        block[1] = nn.Sequential(*last[:2], pool, *last[2:])
        block[2] = nn.Identity()
    return model


def options(batches):
    """name -> (model, batches, autocast): the library's way first."""
    examples = ((*inputs, *targets) for inputs, targets in batches)
    whole = [torch.cat(column) for column in zip(*examples)]

    def of_size(size):
        columns = zip(*(column.split(size) for column in whole))
        return [((a, b), (c, d)) for a, b, c, d in columns]

    bfloat16 = partial(torch.autocast, "cpu", torch.bfloat16)
    channels_last = IdentityAdderModel().to(memory_format=torch.channels_last)
    return {
        "batch 128, whole channels dropped, float32": (IdentityAdderModel(), batches),
        "single elements dropped": (IdentityAdderModel(channel_dropout=False), batches),
        "no dropout": (IdentityAdderModel(dropout=0), batches),
        "batch norm before ReLU": (norm_before_relu(IdentityAdderModel()), batches),
        "pooling before batch norm": (pool_before_norm(IdentityAdderModel()), batches),
        "channels last": (channels_last, batches),
        "bfloat16 (autocast)": (IdentityAdderModel(), batches, bfloat16),
        "batch 32": (IdentityAdderModel(), of_size(32)),
        "batch 64": (IdentityAdderModel(), of_size(64)),
        "batch 512": (IdentityAdderModel(), of_size(512)),
        "torch.compile": (torch.compile(IdentityAdderModel()), batches),
    }


def main(steps: int, rounds: int) -> None:
    loader = DataLoader(load_splits()[0], batch_size=128, shuffle=True)
    batches = [batch for batch, _ in zip(loader, range(steps))]
    ways, threads = options(batches), torch.get_num_threads()
    for name in list(ways):
        try:
            train_steps(ways[name][0], ways[name][1][:2], *ways[name][2:])  # warm up, compile
        except Exception as error:  # torch.compile needs a C++ compiler
            print(f"{name}: not possible here ({type(error).__name__})")
            del ways[name]
    ratios = {name: [] for name in [*ways, "one thread"]}
    for _ in range(rounds):
        seconds = {name: train_steps(*way) for name, way in ways.items()}
        torch.set_num_threads(1)
        seconds["one thread"] = train_steps(*next(iter(ways.values())))
        torch.set_num_threads(threads)
        base = next(iter(seconds.values()))
        for name, time_taken in seconds.items():
            ratios[name].append(time_taken / base)
    print(f"{threads} threads, {steps} steps, {rounds} rounds, {1000 * base:.1f} ms a step")
    for name, values in ratios.items():
        print(f"{name:44} {statistics.median(values):5.2f}  ({min(values):.2f}-{max(values):.2f})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    main(**vars(parser.parse_args()))
