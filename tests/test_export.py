import pytest
import torch

from mnist_adder_lib import IdentityAdderModel, load_pretrained

pytest.importorskip("onnxscript", reason="needs the extra: pip install 'mnist-adder[export]'")
onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from mnist_adder_lib.export import export_onnx, run_onnx  # noqa: E402


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


@pytest.mark.parametrize("batch", [1, 7])
def test_a_batch_of_any_size(path, batch):
    digit, total = run_onnx(path, torch.zeros(batch, 1, 28, 28), torch.zeros(batch).long())
    assert digit.shape == (batch, 10) and total.shape == (batch, 19)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="write it with export_onnx"):
        run_onnx(tmp_path / "none.onnx", torch.zeros(1, 1, 28, 28), torch.zeros(1).long())


def test_an_untrained_model_is_exported_as_it_is(tmp_path):
    model = IdentityAdderModel(adder_layers=1).eval()
    export_onnx(model, tmp_path / "x.onnx")
    images, numbers = torch.randn(3, 1, 28, 28), torch.arange(3)
    with torch.no_grad():
        expected = model(images, numbers)
    for ours, theirs in zip(expected, run_onnx(tmp_path / "x.onnx", images, numbers)):
        assert torch.allclose(ours, theirs, atol=1e-3)
