import logging

import pytest
import torch
from packaging.version import Version

from mnist_adder_lib import IdentityAdderModel, export, load_pretrained

pytest.importorskip("onnxscript", reason="needs the extra: pip install 'mnist-adder[export]'")
onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from mnist_adder_lib.export import export_onnx, quantise_onnx, run_onnx  # noqa: E402


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "adder.onnx"
    model = load_pretrained().train()
    export_onnx(model, path)
    assert model.training
    return path


def test_it_is_the_trained_model(path, first):
    data, model = first(200), load_pretrained()
    images = torch.stack([image for (image, _), _ in data])
    exported = run_onnx(path, images, data.numbers)
    with torch.no_grad():
        for ours, theirs in zip(model(images, data.numbers), exported):
            assert torch.allclose(ours, theirs, atol=1e-3)
    assert (exported[0].argmax(1) == data.digits).float().mean() > 0.95
    onnx.checker.check_model(onnx.load(path), full_check=True)


def test_the_export_folds_what_lesson_13_says(path):
    operations = [node.op_type for node in onnx.load(path).graph.node]
    old = Version(torch.__version__) < Version("2.7")  # another exporter
    assert operations.count("Conv") == 6
    assert operations.count("BatchNormalization") == (9 if old else 6)


def test_the_file_says_nothing_of_this_machine(path):
    content = path.read_bytes()
    assert b"site-packages" not in content and b"model.py" not in content
    assert len(content) < 90_000


def test_eight_bits_are_smaller_and_say_the_same(path, first, tmp_path, caplog):
    data = first(300)
    images = torch.stack([image for (image, _), _ in data])
    quantise_onnx(path, tmp_path / "int8.onnx", images[:100], data.numbers[:100])
    assert (tmp_path / "int8.onnx").stat().st_size < 0.8 * path.stat().st_size
    pairs = zip(run_onnx(path, images, data.numbers),
                run_onnx(tmp_path / "int8.onnx", images, data.numbers))
    assert all((ours.argmax(1) == theirs.argmax(1)).float().mean() > 0.97 for ours, theirs in pairs)
    assert not caplog.records and logging.root.manager.disable == logging.NOTSET


def test_many_images_are_sent_in_batches(path, monkeypatch):
    images, numbers = torch.randn(23, 1, 28, 28), torch.arange(23) % 10
    whole = run_onnx(path, images, numbers)
    monkeypatch.setattr(export._inputs, "__defaults__", (10,))
    for ours, theirs in zip(whole, run_onnx(path, images, numbers)):
        assert torch.allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("batch", [1, 7])
def test_a_batch_of_any_size(path, batch):
    digit, total = run_onnx(path, torch.zeros(batch, 1, 28, 28), torch.zeros(batch).long())
    assert digit.shape == (batch, 10) and total.shape == (batch, 19)


def test_numbers_may_be_one_hot_and_images_of_any_precision(path):
    images, numbers = torch.randn(3, 1, 28, 28), torch.tensor([0, 4, 9])
    expected = run_onnx(path, images, numbers)
    for pair in [(images, torch.eye(10)[numbers]), (images.double().requires_grad_(), numbers)]:
        assert all(map(torch.equal, run_onnx(path, *pair), expected))


@pytest.mark.parametrize("count, numbers, message", [
    (3, [1, 2, 10], "must be 0-9, but go from 1 to 10"), (3, [1, 2], r"shape \(3,\)"),
    (0, [], "at least one"),
])
def test_examples_that_make_no_sense(path, tmp_path, count, numbers, message):
    examples = torch.zeros(count, 1, 28, 28), torch.tensor(numbers, dtype=torch.int64)
    with pytest.raises(ValueError, match=message):
        run_onnx(path, *examples)
    with pytest.raises(ValueError, match=message):
        quantise_onnx(path, tmp_path / "int8.onnx", *examples)
    assert not (tmp_path / "int8.onnx").exists()


def test_what_has_diverged_is_not_exported(tmp_path):
    model = IdentityAdderModel()
    model.sum_head.weight.data[3, 4] = torch.nan
    with pytest.raises(ValueError, match="diverged"):
        export_onnx(model, tmp_path / "x.onnx")
    assert not list(tmp_path.iterdir())


def test_another_number_of_sums_is_exported(tmp_path):
    model = IdentityAdderModel(sums=82).eval()
    export_onnx(model, tmp_path / "products.onnx")
    images, numbers = torch.randn(3, 1, 28, 28), torch.tensor([0, 4, 9])
    logits = run_onnx(tmp_path / "products.onnx", images, numbers)
    assert logits[1].shape == (3, 82)
    assert all(torch.allclose(*pair, atol=1e-4) for pair in zip(logits, model(images, numbers)))
