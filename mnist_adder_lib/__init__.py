"""One network, two inputs, two outputs: it reads a handwritten digit and adds a number to it.

One module for each concept, in the order of the lessons.
"""

from .augment import Augment
from .checkpoint import CheckpointError, load_checkpoint, load_pretrained, save_checkpoint
from .data import AdderDataset, DataError, find_mnist, load_splits, normalise
from .evaluate import Evaluation, Prediction, evaluate, predict, wilson_interval
from .model import IdentityAdderModel, count_parameters, receptive_fields
from .train import (
    REFERENCE_RECIPE,
    History,
    choose_device,
    fit,
    joint_loss,
    learning_rate_range_test,
)

__all__ = [name for name in dir() if not name.startswith("_") and name[0] != "i"]
