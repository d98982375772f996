"""What is old after a change, in a copy of the repository; whether anything is old here."""

import ast
import re
import shutil
import subprocess

import pytest

from tools.made_from import stale
from tools.made_from.reached import Code, Strip, as_text, hashed
from tools.made_from.stale import ROOT, Store, report

SIX = "assets/changes.jsonl: all six"
RECIPES = [f"assets/results.jsonl: {name}" for name in ("fast", "plain", "best")]
COPIED = ("assets", "docs", "experiments", "js/src", "js/test", "mnist_adder_lib",
          "mnist_adder_course", "notebooks", "tools")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A copy of the repository in which nothing is old."""
    root = tmp_path_factory.mktemp("copy")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, root / folder,
                        ignore=shutil.ignore_patterns("mnist", "__pycache__", ".ipynb_checkpoints"))
    shutil.copy(ROOT / "README.md", root)
    store = Store(root)
    store.note({name: store.made_from(thing) for name, thing in store.things.items()})
    assert not Store(root).stale() and report(Store(root)) == "Nothing is old."
    return root


@pytest.fixture
def change(whole):
    """A function: replace a text, or the first match of a pattern, in a file of the copy, and say
    what is old then, and why."""
    changed = {}

    def change(file, old, new):
        path = whole / file
        content = path.read_bytes()
        changed.setdefault(path, content)
        pattern = old if isinstance(old, re.Pattern) else re.compile(re.escape(old))
        text, count = pattern.subn(lambda _: new, content.decode("latin-1"), count=1)
        assert count
        path.write_bytes(text.encode("latin-1"))
        return Store(whole).stale()

    yield change
    for path, content in changed.items():
        path.write_bytes(content)


def test_another_recipe(change, whole):
    old = change("mnist_adder_lib/recipes.py", re.compile(r"weight_decay=(?=[\d.])"),
                 "weight_decay=1 + ")
    names = list(old)
    assert names[0] == "assets/adder.pt" and old[names[0]] == ["mnist_adder_lib/recipes.py"]
    assert [name for name in names if "results" in name] == [*RECIPES, "README.md: results"]
    assert [name for name in names if "changes" in name] == [SIX]
    assert {"assets/last_digit.pt", "assets/sums.jsonl: two images", "assets/waiting.jsonl",
            "mnist_adder_course/widgets/nearest.py: INK_LIMIT", "docs/try/index.html",
            "js/test/golden.json", "assets/page.png"} <= set(names)
    assert {f"notebooks/{path.name}" for path in (whole / "notebooks").glob("*.ipynb")
            if "fast_recipe" in path.read_text("utf-8")} <= set(names)
    assert "notebooks/02_data_generation.ipynb" not in names
    assert names.index("assets/adder.pt") < names.index("assets/waiting.jsonl") < names.index(
        "notebooks/10_does_it_add.ipynb")
    text = report(Store(whole))
    assert "python experiments/measure_recipes.py --recipes fast plain best\n" in text
    assert text.index("train_checkpoint.py") < text.index("build_page.py")


def test_one_of_several_recipes(change):
    old = change("experiments/measure_recipes.py",
                 re.compile(r'"fast": Training\(fast_recipe, (?=\d)'),
                 '"fast": Training(fast_recipe, 1 + ')
    assert RECIPES[0] in old and not {*RECIPES[1:], "assets/adder.pt"} & set(old)


def test_another_plot(change):
    old = change("mnist_adder_course/lessons/does_it_add.py", 'ax.set(xticks=range(19), ',
                 'ax.set(xticks=range(19), alpha=0.5, ')
    assert {name for name in old if "notebooks" in name} == {"notebooks/10_does_it_add.ipynb"}


def test_another_trait_of_a_widget_is_noticed_by_the_lessons_that_show_it(change):
    old = change("mnist_adder_course/widgets/window_viewer.py", "_esm, _css",
                 "other = 1\n    _esm, _css")
    assert list(old) == [f"notebooks/{lesson}.ipynb"
                         for lesson in ("03_layers_by_hand", "12_inside_the_network")]


def test_another_network(change):
    old = change("assets/adder.pt", "details", "Details")
    assert "assets/adder.pt" not in old and list(old)[0] == "assets/waiting.jsonl"
    assert "docs/try/index.html" in old and "notebooks/12_inside_the_network.ipynb" in old


MODEL = "mnist_adder_lib/model.py"
LEARNED = {"assets/adder.pt", *RECIPES, "assets/waiting.jsonl", "docs/try/index.html",
           "notebooks/04_model_summary.ipynb", "notebooks/12_inside_the_network.ipynb"}


def test_an_option_of_the_network_that_is_off_changes_nothing(change, whole):
    change(MODEL, "sums: int = SUMS):", "sums: int = SUMS, gelu: bool = False):")
    old = change(MODEL, "        self.sum_head =", """\
        if gelu:
            for block in (self.embedding, self.adder):
                block[-1] = nn.GELU()
        self.sum_head =""")
    assert not old


@pytest.mark.parametrize("old, new", [
    ("self.pool =", "nn.init.ones_(self.block3[1][0].weight)\n        self.pool ="),
    ("nn.BatchNorm1d(outputs), nn.ReLU()", "nn.BatchNorm1d(outputs), nn.GELU()"),
    ("self.sum_head(hidden)", "self.sum_head(hidden if self.training else -hidden)"),
    ("self.pool(features).flatten(1)", "features.mean((2, 3))"),  # drawn by lesson 13
])
def test_another_start_activation_answer_or_operation_of_the_network(change, old, new):
    old = change(MODEL, old, new)
    assert LEARNED <= old.keys()
    assert not {"notebooks/01_learning_by_hand.ipynb", "assets/window_viewer.png"} & old.keys()


def test_comments_docstrings_annotations_and_errors_change_nothing(change):
    file = "mnist_adder_lib/train.py"
    change(file, '"""Train the model in place', '"""Train it')
    change(file, "model.train()\n", "model.train()  # on\n")
    change(file, "def fit(\n    model: nn.Module", "def fit(\n    model")
    assert not change(file, "can't be negative, as", "is negative:")


def test_a_method_counts_where_its_name_is_said(change):
    old = change("mnist_adder_lib/history.py", "json.dumps(asdict(self))", "json.dumps(vars(self))")
    assert "notebooks/06_training_curves.ipynb" in old  # which saves its history
    assert not {"assets/adder.pt", "notebooks/10_does_it_add.ipynb"} & set(old)


def test_a_question_belongs_to_its_lesson(change):
    old = change("mnist_adder_course/lessons/questions/does_it_add.toml", " ", "  ")
    assert set(old) == {f"notebooks/{folder}10_does_it_add.ipynb" for folder in ("", "solutions/")}


def test_what_is_made_again_is_old_no_more(change, whole):
    old = change("experiments/measure_waiting.py", "STEPS, SEEDS = ", "STEPS, SEEDS = 1 + ")
    first, *rest = old
    assert first == "assets/waiting.jsonl" and "notebooks/10_does_it_add.ipynb" in rest
    store = Store(whole)
    notes = (whole / "assets/made_from.json").read_bytes()
    store.note({first: store.made_from(store.things[first])})
    assert not Store(whole).stale()  # its lines are the same
    (whole / "assets/made_from.json").write_bytes(notes)


def test_what_changes_while_a_thing_is_made_leaves_it_old(change, whole, monkeypatch):
    monkeypatch.setattr(stale, "Store", lambda: Store(whole))
    notes, name = (whole / "assets/made_from.json").read_bytes(), "assets/waiting.jsonl"
    with stale.making(name):
        change("experiments/measure_waiting.py", "STEPS, SEEDS = ", "STEPS, SEEDS = 1 + ")
    assert name in Store(whole).stale()
    with stale.making(name):
        pass
    assert name not in Store(whole).stale()
    (whole / "assets/made_from.json").write_bytes(notes)


def test_every_python_reads_the_same():
    """An f-string in pieces, and brackets, are where versions differ."""
    source = 'def f(a, *, b=(1, 2)):\n    return f"{a!r:>{b}} x" "y", [*a], {**b}, lambda: "é"\n'
    assert hashed(as_text(Strip().visit(ast.parse(source))).encode()) == "df30ef9f89e6"


def test_what_a_name_means_is_found_in_any_file(tmp_path):
    for file, text in {
        "mnist_adder_lib/__init__.py": "from .a import one",
        "mnist_adder_lib/a.py": "from . import b\nK = 'k.json'\ndef one():\n    return b.two(K)",
        "mnist_adder_lib/b.py": "def two(k): return k\ndef three(): pass",
        "mnist_adder_lib/k.json": "{}",
        "tools/c.py": "from mnist_adder_lib import one\ndef main():\n    k = 3\n    one()\n"
                      "def other(): pass",
    }.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    found = Code(tmp_path).reached([("tools/c.py", "main")])
    assert set(found) == {"mnist_adder_lib/a.py", "mnist_adder_lib/b.py", "mnist_adder_lib/k.json",
                          "tools/c.py"}
    for file in ("mnist_adder_lib/b.py", "tools/c.py"):  # what nothing reaches
        with open(tmp_path / file, "a", encoding="utf-8") as opened:
            opened.write("\ndef more(): one()")
    assert Code(tmp_path).reached([("tools/c.py", "main")]) == found


def test_a_sentence_is_no_limit(change):
    old = change("assets/shared.json", "The pad is empty", "Nothing is there")
    assert "js/test/golden.json" in old and "notebooks/00_start_here.ipynb" in old
    assert "notebooks/06_training_curves.ipynb" not in old  # which says other sentences
    assert not {"assets/waiting.jsonl", "notebooks/10_does_it_add.ipynb", "docs/try/index.html",
                "mnist_adder_course/widgets/nearest.py: INK_LIMIT"} & set(old)
    old = change("assets/shared.json", '"known_rejected": 0.015', '"known_rejected": 0.02')
    assert {"docs/try/index.html", "notebooks/08_draw_a_digit.ipynb"} <= set(old)


def test_everything_stored_is_in_the_table():
    stored = {thing.file for thing in Store().things.values()}
    assert all((ROOT / file).exists() for file in stored)
    tracked = subprocess.run(["git", "ls-files", "assets/*"], cwd=ROOT, capture_output=True,
                             text=True).stdout.split()
    made = {file for file in tracked if "/mnist/" not in file} - {"assets/made_from.json"}
    assert made <= stored


@pytest.mark.thorough
def test_nothing_is_old():
    assert not Store().stale(), report(Store())


@pytest.mark.thorough
def test_the_fingerprint_is_the_same_on_this_machine():
    store = Store()
    assert stale.alike(store.fingerprint(), store.network["fingerprint"])
