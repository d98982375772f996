"""Export to ONNX, for programs without PyTorch. Needs: pip install 'mnist-adder[export]'."""

from __future__ import annotations

import io
import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from packaging.version import Version
from torch import Tensor, nn

from .evaluate import in_evaluation
from .files import write_whole
from .model import check_images, check_numbers, is_finite


def export_onnx(model: nn.Module, path: str | Path) -> None:
    """Write the model, in its present state and without dropout, to an ONNX file.

    Its inputs are `images`, float32 (batch, 1, 28, 28), normalised, and `numbers`, int64 (batch,);
    its outputs `digit_logits` (batch, 10) and `sum_logits` (batch, sums), for a batch of any size.
    Raises ValueError for weights that are not finite.
    """
    if not is_finite(model):
        raise ValueError("the weights are not finite numbers: training has diverged")
    example = torch.zeros(2, 1, 28, 28), torch.zeros(2).long()
    with warnings.catch_warnings():  # the exporter warns of its own inner workings
        warnings.simplefilter("ignore")
        write_whole(path, _to_onnx(in_evaluation(model).cpu(), example))


def _to_onnx(model: nn.Module, example: tuple[Tensor, Tensor]) -> bytes:
    inputs, outputs = ["images", "numbers"], ["digit_logits", "sum_logits"]
    options: Any = dict(input_names=inputs, output_names=outputs, verbose=False)
    if Version(torch.__version__) < Version("2.7"):  # its new exporter fails on batch norm
        buffer, axes = io.BytesIO(), dict.fromkeys(inputs, {0: "batch"})
        options |= dict(dynamo=False, dynamic_axes=axes)
        torch.onnx.export(model, example, buffer, **options)  # type: ignore[arg-type]
        return buffer.getvalue()
    shapes = dict.fromkeys(inputs, {0: torch.export.Dim("batch")})
    program: Any = torch.onnx.export(model, example, dynamo=True, dynamic_shapes=shapes, **options)
    return _without_notes(program.model_proto).SerializeToString()


def _without_notes(model: Any) -> Any:
    """The same ONNX model without the exporter's notes on where in the code each part comes from.

    They contain paths on this machine, and made the file 50% larger.
    """
    graph = model.graph
    parts = graph.node, graph.value_info, graph.initializer, graph.input, graph.output
    for part in [model, graph, *(one for several in parts for one in several)]:
        del part.metadata_props[:]
        part.doc_string = ""
    return model


def quantise_onnx(path: str | Path, target: str | Path, images: Tensor, numbers: Tensor) -> None:
    """Write an exported file once more to `target`, calculating with whole numbers of 8 bits.

    images, numbers: some hundred examples, as for `run_onnx`. They are run through the network to
    find the range of each layer's values.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

    class Examples(CalibrationDataReader):
        batches = iter(_inputs(images, numbers))

        def get_next(self) -> dict | None:
            return next(self.batches, None)

    before = logging.root.manager.disable
    logging.disable(max(before, logging.WARNING))  # its advice how to prepare a large model
    try:
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder, "int8.onnx")
            quantize_static(str(path), str(result), Examples(), quant_format=QuantFormat.QDQ)
            write_whole(target, result.read_bytes())
    finally:
        logging.disable(before)


def run_onnx(path: str | Path, images: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """(digit_logits, sum_logits) that onnxruntime computes from an exported file, on the CPU.

    images: normalised floats (batch, 1, 28, 28); numbers: 0-9 as int64 (batch,), or one-hot
    (batch, 10). Raises ValueError for others.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = ["digit_logits", "sum_logits"]
    batches = [session.run(names, batch) for batch in _inputs(images, numbers)]
    digit_logits, sum_logits = map(np.concatenate, zip(*batches))
    return torch.from_numpy(digit_logits), torch.from_numpy(sum_logits)


def _inputs(images: Tensor, numbers: Tensor, size: int = 1000) -> list[dict]:
    """What onnxruntime takes, checked, and in batches: all at once could need a gigabyte."""
    check_images(images)
    numbers = check_numbers(numbers.cpu(), len(images)).argmax(dim=1)  # the file knows no one-hot
    batches = zip(images.detach().cpu().float().split(size), numbers.split(size))
    return [dict(images=batch.numpy(), numbers=added.numpy()) for batch, added in batches]
