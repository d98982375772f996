"""One network, two inputs, two outputs: it reads a handwritten digit and adds a number to it.

One module for each concept, in the order of the lessons. Figures are in `mnist_adder_lib.plots`,
the export to ONNX in `mnist_adder_lib.export`,
the checks of the exercises in `mnist_adder_lib.checks`,
the predictions in `mnist_adder_lib.guesses`.
"""

from .augment import Augment
from .calibrate import calibrate, calibration_error
from .checkpoint import (
    CheckpointError,
    asset_path,
    load_checkpoint,
    load_pretrained,
    save_checkpoint,
)
from .data import AdderDataset, DataError, find_mnist, load_splits, normalise
from .drawing import frame_drawing
from .environment import check_environment
from .evaluate import Evaluation, Prediction, evaluate, predict, wilson_interval
from .model import IdentityAdderModel, count_parameters, receptive_fields
from .panel import AdderPanel, DigitPad
from .train import (
    REFERENCE_RECIPE,
    History,
    choose_device,
    fit,
    joint_loss,
    learning_rate_range_test,
    refresh_batch_norm,
)
