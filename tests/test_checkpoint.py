import contextlib
import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from mnist_adder_lib import (
    CheckpointError,
    IdentityAdderModel,
    evaluate,
    load_checkpoint,
    load_pretrained,
    save_checkpoint,
)
from mnist_adder_lib.files import asset_path, write_whole


def same(one, two):
    pairs = zip(one.state_dict().items(), two.state_dict().items())
    return all(a == b and torch.equal(x, y) for (a, x), (b, y) in pairs)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.pt"


@pytest.fixture(params=["model.pt", "model.safetensors"])
def either(tmp_path, request):
    """A path for each of the two formats."""
    return tmp_path / request.param


@pytest.mark.parametrize("variant", [
    {}, dict(adder_layers=1, dropout=0.3, channel_dropout=False), dict(sums=82),
    dict(adder_layers=np.int64(1), dropout=0, channel_dropout=1, sums=np.int64(20))])
def test_a_model_comes_back_as_it_was(either, variant):
    path, model = either, IdentityAdderModel(**variant)
    random = torch.get_rng_state()
    save_checkpoint(path, model, seed=3, scores={"accuracy_both": 99.0})
    loaded, details = load_checkpoint(path)
    assert torch.equal(torch.get_rng_state(), random)  # no random number was drawn
    assert same(model, loaded) and loaded.config == model.config
    assert not loaded.training
    assert details["seed"] == 3 and details["scores"] == {"accuracy_both": 99.0}
    assert details["variant"] == model.config
    assert details["normalisation"] == {"mean": 0.1307, "std": 0.3081}


def exchange(name, layer):
    """A change of a model by hand."""
    def change(model):
        parent, _, child = name.rpartition(".")
        setattr(model.get_submodule(parent), child, layer)
    return change


def drop_more(model):
    model.block1[0][3].p = 0.5


def rename(model):
    model.__class__ = type("Other", (IdentityAdderModel,), {})


@pytest.mark.parametrize("change, named", [
    (exchange("block1.0.1", torch.nn.GELU()), "GELU"),
    (exchange("block3.1.2", torch.nn.Identity()), "Identity"),
    (exchange("extra", torch.nn.ReLU()), "extra"), (drop_more, "p=0.5"), (rename, "Other")])
def test_a_model_that_its_arguments_do_not_build_is_not_saved(path, change, named):
    save_checkpoint(path, IdentityAdderModel())
    before, model = path.read_bytes(), IdentityAdderModel()
    change(model)
    with pytest.raises(ValueError, match=f"they know nothing of `.*{named}"):
        save_checkpoint(path, model)
    assert path.read_bytes() == before


def test_the_shipped_model_works(first):
    assert evaluate(load_pretrained(), first(1000)).accuracy_both > 97


@settings(max_examples=20)
@given(share=st.floats(0, 0.999))
def test_a_truncated_checkpoint(either, share):
    save_checkpoint(either, load_pretrained())
    content = either.read_bytes()
    either.write_bytes(content[: int(share * len(content))])
    with pytest.raises(CheckpointError, match=f"{either.name} is damaged or no checkpoint"):
        load_checkpoint(either)


@settings(max_examples=50)
@given(share=st.floats(0, 0.999), bit=st.integers(0, 7))
def test_each_changed_bit_of_safetensors_is_noticed_or_changes_no_weight(tmp_path, share, bit):
    path, model = tmp_path / "model.safetensors", IdentityAdderModel()
    save_checkpoint(path, model)
    content = bytearray(path.read_bytes())
    content[int(share * len(content))] ^= 1 << bit
    path.write_bytes(content)
    try:
        assert same(load_checkpoint(path)[0], model)
    except CheckpointError as error:
        assert "model.safetensors" in str(error)


def test_safetensors_of_another_program_are_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    save_file({"weight": torch.zeros(3)}, path)
    with pytest.raises(CheckpointError, match="comes from another program"):
        load_checkpoint(path)


def test_changed_weights_are_noticed(path):
    content = bytearray(asset_path("adder.pt").read_bytes())
    with zipfile.ZipFile(asset_path("adder.pt")) as archive:
        weights = [member for member in archive.infolist() if "/data/" in member.filename]
    largest = max(weights, key=lambda member: member.file_size)
    content[largest.header_offset + 500] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="model.pt is damaged"):
        load_checkpoint(path)


class Runs:
    def __reduce__(self):
        return (pytest.fail, ("code from the file was run",))


@pytest.mark.parametrize(
    "write", [torch.save, lambda content, path: path.write_bytes(pickle.dumps(content))]
)
def test_no_code_is_run(path, write):
    write(Runs(), path)
    with pytest.raises(CheckpointError):
        load_checkpoint(path)


@pytest.mark.parametrize("content", [{"weights": 1}, [1, 2], torch.zeros(3)])
def test_a_file_of_something_else(path, content):
    torch.save(content, path)
    with pytest.raises(CheckpointError, match="write one with save_checkpoint"):
        load_checkpoint(path)


@pytest.mark.parametrize("value", [
    np.float64(99.1), Path("here"), {"scores": [1, {"both": np.int64(3)}]}, 2**2100, print,
])
def test_what_could_not_be_loaded_again_is_refused_before_writing(path, value):
    save_checkpoint(path, IdentityAdderModel(), seed=1)
    with pytest.raises(ValueError, match="a detail is not plain: convert it first"):
        save_checkpoint(path, IdentityAdderModel(), score=value)
    assert load_checkpoint(path)[1]["seed"] == 1


plain = st.none() | st.booleans() | st.integers(-2**63, 2**63) | st.floats(allow_nan=False)
plain |= st.text(st.characters(exclude_categories=["Cs"]))
keys = st.integers(0, 99) | st.text()
details = st.recursive(plain, lambda more: (
    st.lists(more) | st.dictionaries(st.text(), more) | st.tuples(more, more)
    | st.dictionaries(keys, more)))


@settings(max_examples=40)
@given(value=details)
def test_details_come_back_as_they_were_or_are_refused(either, value):
    try:
        save_checkpoint(either, load_pretrained(), detail=value, nan=[float("nan")])
    except ValueError as error:
        assert either.suffix == ".safetensors" and "dicts whose keys are texts" in str(error)
        assert repr(json.loads(json.dumps(value))) != repr(value)  # JSON would have changed it
    else:
        found = load_checkpoint(either)[1]
        assert repr(found["detail"]) == repr(value) and np.isnan(found["nan"][0])


@pytest.mark.parametrize("name", ["variant", "normalisation"])
def test_a_detail_with_a_name_of_the_checkpoints_own_is_refused(either, name):
    with pytest.raises(ValueError, match=f"a checkpoint has its own {name}"):
        save_checkpoint(either, IdentityAdderModel(), **{name: "mine"})
    assert not either.exists()


def test_a_network_that_has_diverged_is_refused(either):
    path, model = either, IdentityAdderModel()
    model.digit_head.weight.data[0, 0] = torch.nan
    with pytest.raises(ValueError, match="diverged"):
        save_checkpoint(path, model)
    assert not path.exists()


def put(value, *names):
    """A change of what a file holds."""
    def change(content):
        for name in names[:-1]:
            content = content[name]
        content[names[-1]] = value

    return change


LAST = "weights", "sum_head.weight"


@pytest.mark.parametrize("change", [
    *(lambda content, name=name: content.pop(name)
      for name in ("variant", "normalisation", "details", "weights")),
    *(put(3, name) for name in ("variant", "normalisation", "details", "weights")),
    put(30_000, "variant", "adder_layers"), put(1, "variant", "adder_layers"),
    put(0.1, "variant", "unknown"), put(82, "variant", "sums"), put(0.2, "normalisation", "std"),
    put(torch.zeros(2, 64), *LAST), put(torch.full((19, 64), torch.nan), *LAST),
    lambda content: content["weights"].pop(LAST[1]),
])
def test_wrong_content_of_the_right_format(path, change):
    """Each is named as a problem of the file."""
    content = torch.load(asset_path("adder.pt"), weights_only=True)
    change(content)
    torch.save(content, path)
    with pytest.raises(CheckpointError, match="model.pt"):
        load_checkpoint(path)


def test_a_full_disk_leaves_the_old_file(mount):
    folder = mount("size=128k")
    path = folder / "model.pt"
    write_whole(path, b"old")
    (folder / "filler").write_bytes(b"x" * 90_000)
    with pytest.raises(OSError, match="No space"):
        save_checkpoint(path, IdentityAdderModel())
    assert path.read_bytes() == b"old"
    assert sorted(p.name for p in folder.iterdir()) == ["filler", "model.pt"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_write_whole_keeps_the_permissions_of_a_file(path, mode):
    path.touch()
    path.chmod(mode)
    write_whole(path, b"secret")
    assert path.read_bytes() == b"secret" and path.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("refusals", [3, 10**6])
def test_write_whole_waits_for_who_has_the_file_open(path, monkeypatch, refusals):
    """Windows doesn't replace an open file; whoever reads it is soon done."""
    replace, left = Path.replace, iter(range(refusals))

    def refuse(part, target):
        if next(left, None) is not None:
            raise PermissionError("in use")
        return replace(part, target)

    path.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with contextlib.suppress(PermissionError):
        write_whole(path, b"new")
    assert path.read_bytes() == (b"new" if refusals == 3 else b"old")
    assert [file.name for file in path.parent.iterdir()] == ["model.pt"]


def test_an_error_of_saving_names_the_file_that_was_asked_for(tmp_path):
    missing = tmp_path / "missing" / "model.pt"
    folder = tmp_path / "folder.pt"
    folder.mkdir()
    for path, kind in [(missing, FileNotFoundError), (folder, OSError)]:
        with pytest.raises(kind) as caught:
            write_whole(path, b"")
        assert caught.value.filename == str(path) and caught.value.errno
        assert ".part" not in str(caught.value)
    assert list(tmp_path.rglob("*")) == [folder]


def test_a_link_stays_and_its_file_is_written(path):
    target = path.with_name("elsewhere")
    try:
        path.symlink_to(target)
    except OSError as error:
        pytest.skip(f"no links here: {error}")
    write_whole(path, b"whole")
    assert path.is_symlink() and target.read_bytes() == b"whole"
