"""Train the network by the recipe that ships, with some pairs hidden, and record whether it answers
them.

    python experiments/measure_hidden_pairs.py [--hidden pattern block] [--seeds 0 1 2 3 4]

Adds a line for each training to assets/hidden_pairs.jsonl, which lesson 10 reads. All is as in
"best" of `measure_recipes.py` (20 epochs, `Forms`, `loss_with_agreement`, each image with all its
numbers at once, refreshed batch norm), but that no hidden pair of a digit and a number ever reaches
the adder. A training takes about nine minutes of one core.

What a line holds: `hidden` (what is hidden), `seed`, and `epochs`: after each epoch, and once more
after the batch norm was refreshed, [percent of the seen sums right, percent of the hidden sums
right that another pair has, too], of the validation images with all ten numbers. Each pair counts
alike.
"""

import torch
from common import ASSETS, command_line, record
from measure_recipes import RECIPES
from torch import Tensor
from torch.utils.data import DataLoader

from mnist_adder_course.widgets.hidden_sums import PATTERN, as_table, unseen_sums
from mnist_adder_lib import (
    AdderDataset,
    IdentityAdderModel,
    load_splits,
    loss_with_agreement,
    refresh_batch_norm,
)
from mnist_adder_lib.data import as_input
from mnist_adder_lib.evaluate import in_evaluation

RESULTS = ASSETS / "hidden_pairs.jsonl"
HIDDEN = {
    "pattern": as_table(PATTERN),
    "block": as_table([[digit, number] for digit in (3, 4, 5) for number in (3, 4, 5)]),
}
BEST = RECIPES["best"]


def train_network(held_out: Tensor, seed: int, after_epoch) -> IdentityAdderModel:
    """A network trained by the best recipe without these pairs, bool (10, 10), and shown to
    `after_epoch` after each epoch."""
    torch.set_num_threads(1)
    train, _, _ = load_splits()
    train.augment, train.forms = BEST.augment, BEST.forms
    torch.manual_seed(seed)
    model = IdentityAdderModel(dropout=BEST.dropout)
    loader = DataLoader(train, 128, shuffle=True)
    optimizer, scheduler = BEST.recipe(model, BEST.epochs * len(loader))
    torch.manual_seed(seed)
    for _ in range(BEST.epochs):
        for (images, _), (digits, _) in loader:
            image, numbers = (~held_out)[digits].nonzero().T  # each image with all that is left
            logits = model.train().add(model.embed(images)[image], numbers)
            loss = loss_with_agreement(*logits, digits[image], digits[image] + numbers)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
        after_epoch(model)
    seen = torch.multinomial((~held_out).float()[train.digits], 1)[:, 0]
    refresh_batch_norm(model, AdderDataset(train.images, train.digits, seen))
    return model


@torch.no_grad()
def right_by_pair(model: IdentityAdderModel, dataset: AdderDataset) -> Tensor:
    """The percent of right sums of the images of each digit, a row, with each number: (10, 10)."""
    model, right = in_evaluation(model), []
    for images, digits in zip(dataset.images.split(1000), dataset.digits.split(1000)):
        embeddings = model.embed(as_input(images))
        for_each = [model.add(embeddings, torch.full_like(digits, number)) for number in range(10)]
        said = torch.stack([sums.argmax(dim=1) for _, sums in for_each], dim=1)
        right.append(said == digits.view(-1, 1) + torch.arange(10))
    right = torch.cat(right).float()
    return 100 * torch.stack([right[dataset.digits == digit].mean(dim=0) for digit in range(10)])


def measure(name: str, seed: int) -> dict:
    """Train once: a line of the results."""
    held_out, (_, validation, _) = HIDDEN[name], load_splits()
    parts, epochs = (~held_out, held_out & ~unseen_sums(held_out)), []

    def look(model) -> None:
        right = right_by_pair(model, validation)
        epochs.append([round(right[part].mean().item(), 2) for part in parts])

    look(train_network(held_out, seed, after_epoch=look))
    return dict(hidden=name, seed=seed, epochs=epochs)


if __name__ == "__main__":
    options = command_line(__doc__, RESULTS, hidden=HIDDEN).parse_args()
    for name in options.hidden:
        for seed in options.seeds:
            record(measure(name, seed), options.path)
