"""Export to ONNX, for programs without PyTorch. Needs: pip install 'mnist-adder[export]'."""

from __future__ import annotations

import copy
import io
import warnings
from pathlib import Path

import numpy as np
import torch
from packaging.version import Version
from torch import Tensor, nn

from .files import write_whole


def export_onnx(model: nn.Module, path) -> None:
    """Write the model, as it is now and without dropout, to an ONNX file.

    Its inputs are `images`, float32 (batch, 1, 28, 28), normalised, and `numbers`, int64 (batch,);
    its outputs `digit_logits` (batch, 10) and `sum_logits` (batch, 19), for a batch of any size.
    """
    example = torch.zeros(2, 1, 28, 28), torch.zeros(2).long()
    with warnings.catch_warnings():  # the exporter warns of its own inner workings
        warnings.simplefilter("ignore")
        write_whole(path, _to_onnx(copy.deepcopy(model).cpu().eval(), example))


def _to_onnx(model: nn.Module, example: tuple[Tensor, Tensor]) -> bytes:
    inputs, outputs = ["images", "numbers"], ["digit_logits", "sum_logits"]
    options = dict(input_names=inputs, output_names=outputs, verbose=False)
    if Version(torch.__version__) < Version("2.7"):  # its new exporter fails on batch norm
        buffer, axes = io.BytesIO(), dict.fromkeys(inputs, {0: "batch"})
        torch.onnx.export(model, example, buffer, dynamo=False, dynamic_axes=axes, **options)
        return buffer.getvalue()
    shapes = dict.fromkeys(inputs, {0: torch.export.Dim("batch")})
    program = torch.onnx.export(model, example, dynamo=True, dynamic_shapes=shapes, **options)
    return program.model_proto.SerializeToString()


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
