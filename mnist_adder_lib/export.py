"""Export to ONNX, for programs without PyTorch. Needs: pip install 'mnist-adder[export]'."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .checkpoint import write_whole


def export_onnx(model: nn.Module, path) -> None:
    """Write the model, as it is now and without dropout, to an ONNX file.

    Its inputs are `images`, float32 (batch, 1, 28, 28), normalised, and `numbers`, int64 (batch,);
    its outputs `digit_logits` (batch, 10) and `sum_logits` (batch, 19), for a batch of any size.
    """
    mode, device = model.training, next(model.parameters()).device
    example = torch.zeros(2, 1, 28, 28, device=device), torch.zeros(2, device=device).long()
    batch = torch.export.Dim("batch")
    with warnings.catch_warnings():  # the exporter warns of its own inner workings
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model.eval(),
            example,
            dynamo=True,
            verbose=False,
            input_names=["images", "numbers"],
            output_names=["digit_logits", "sum_logits"],
            dynamic_shapes={"images": {0: batch}, "numbers": {0: batch}},
        )
    model.train(mode)
    write_whole(path, program.model_proto.SerializeToString())


def run_onnx(path, images: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """(digit_logits, sum_logits) that onnxruntime computes from an exported file, on the CPU.

    images: normalised float32 (batch, 1, 28, 28); numbers: int64 (batch,).
    """
    import onnxruntime

    if not Path(path).exists():
        raise FileNotFoundError(f"there is no {path}: write it with export_onnx")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = {"images": np.asarray(images.cpu()), "numbers": np.asarray(numbers.cpu())}
    return tuple(map(torch.from_numpy, session.run(["digit_logits", "sum_logits"], inputs)))
