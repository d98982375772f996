"""One network, two inputs, two outputs: it reads a handwritten digit and adds a number to it.

`data`, `model`, `train` and `evaluate` are the library; the other modules here are what these take
and return, and what is done with a trained network. This package exports the names of all. What the
panel to draw on needs is in `mnist_adder_lib.drawing`. The lessons' own code is another package,
`mnist_adder_course`, which imports this one and is never imported by it.
"""

__version__ = "0.1.0"  # here alone: pyproject.toml takes it from this line

from .augment import LIGHT_AUGMENT, Augment
from .checkpoint import load_checkpoint, load_pretrained, save_checkpoint
from .compare import paired_interval, pairs_needed, power_of_pairs
from .data import AdderDataset, DataError, as_input, find_mnist, load_splits, normalise
from .evaluate import calibration_error, evaluate, predict, wilson_interval
from .export import export_onnx, quantise_onnx, run_onnx
from .files import CheckpointError, asset_path
from .forms import Forms
from .history import History
from .losses import joint_loss, loss_with_agreement
from .model import IdentityAdderModel, count_parameters, receptive_fields
from .recipes import fast_recipe, range_test, reference_recipe, refresh_batch_norm
from .train import fit
