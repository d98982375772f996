"""Measure what a learner costs a computer, how many learners fit on it, and that nothing grows.

    python tools/measure_load.py [PART ...] [--strokes 1000] [--minutes 60] [--lessons 00 05 ...] \
        [--rest 60] [--crowds 1 2 4 8 12 16] [--seconds 20] [--images 6000]

Prints Markdown tables of these parts, or of the given ones. Exit status 1 if something grows.

- strokes: `--strokes` strokes in a row, on a pad that is cleared before each, and all on one pad
- drawing: as many answers as the page asks for in `--minutes` of drawing. They are asked for at
  full speed, not at the page's pace, so that this takes some minutes only.
- learner: the memory of JupyterLab's server and of a kernel, their time at rest (`--rest` seconds)
  and for an answer; and the memory of each lesson, run whole, or only of `--lessons`
- crowd: answers to so many learners at once, when all draw or a tenth does, for `--seconds` each
- threads: one epoch on `--images` images, alone and beside others, with more and fewer threads
  (OMP_NUM_THREADS) that wait for each other asleep (OMP_WAIT_POLICY=PASSIVE) or awake

Kernels are real ones, and get the messages that the page would send. Only part "learner" has a
server in between. A kernel's own time ("CPU") hardly depends on what else the computer does; the
latency, from question to answer, does. Where memory counts, RSS is all that a process has in
memory, PSS counts what n processes share as an n-th for each, USS is what it shares with none.
Needs Linux.
"""

import argparse
import json
import math
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import psutil
import requests
import websocket
from jupyter_client import KernelManager
from jupyter_client.session import Session

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from lab import lab_server  # noqa: E402

SCRIPT = (ROOT / "mnist_adder_lib" / "drawing" / "pad.js").read_text(encoding="utf-8")
PACE = int(re.search(r"const PACE = (\d+);", SCRIPT)[1]) / 1000  # seconds between two questions
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
TIMEOUT = 600  # seconds for one message
MB = 1e6
POINTS = 48  # of a stroke
QUESTIONS = 12  # about an unfinished stroke: about a second of drawing
STROKES = 2  # of a drawing, before the pad is cleared
WINDOWS = 20  # of a drawing hour: latency and memory are looked at after each
MEMORY_BOUND = 10  # MB that a kernel may grow in an hour of drawing, and during all strokes,
PAD = 60  # and if they all stay on one pad
TIME_BOUND = 1.25  # times the time at the start that an answer may take at the end
CLASS = 30  # learners

IMPORT = "from mnist_adder_lib import *\nfrom mnist_adder_lib.drawing import AdderPanel"
SHOW = "panel = AdderPanel(load_pretrained())\ndisplay(panel)\nprint(panel.model_id)"
TRAIN = """
import time
train, test, _ = load_splits()
some = AdderDataset(train.images[:{images}], train.digits[:{images}], augment=train.augment)
fit(IdentityAdderModel(), AdderDataset(train.images[:1280], train.digits[:1280]), epochs=1,
    batch_size=128, learning_rate=0.01)"""  # the first steps are slower
EPOCH = """
model, start = IdentityAdderModel(), time.perf_counter()
fit(model, some, epochs=1, batch_size=128, learning_rate=0.01)
print(time.perf_counter() - start)
"""
# A kernel remembers the signatures of the last 65,536 messages (jupyter_client's Session): 10 MB.
REMEMBER = """
import secrets
session = get_ipython().kernel.session
session.digest_history.update(
    secrets.token_hex(32).encode() for _ in range(session.digest_history_size))"""


class Kernel:
    """A kernel, and the page that shows its panel."""

    def __init__(self, **environment: str):
        self.count, self.panel = 0, None
        self._start(os.environ | environment)
        self.process = psutil.Process(int(self.execute("import os; print(os.getpid())")))

    def _start(self, environment):
        self.folder = tempfile.TemporaryDirectory()
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=self.folder.name, env=environment)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.folder.cleanup()

    def _send(self, kind, content):
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def _receive(self):
        return self.client.get_iopub_msg(timeout=TIMEOUT)

    def _ask(self, kind: str, content: dict) -> Iterator[tuple[str, dict]]:
        """Send a message; yields what the kernel says to it: kinds and contents."""
        name, done = self._send(kind, content), False
        while not done:
            message = self._receive()
            if message["parent_header"].get("msg_id") == name:
                yield message["msg_type"], message["content"]
                done = message["content"].get("execution_state") == "idle"

    def execute(self, code: str) -> str:
        """Run code; returns what it printed. Raises RuntimeError where it fails."""
        printed = ""
        content = dict(code=code, silent=False, store_history=True, user_expressions={},
                       allow_stdin=False, stop_on_error=True)
        for kind, said in self._ask("execute_request", content):
            if kind == "error":
                raise RuntimeError("\n".join(said["traceback"]))
            printed += said["text"] if kind == "stream" and said["name"] == "stdout" else ""
        return printed

    def show_panel(self):
        self.execute(IMPORT)
        self.panel = self.execute(SHOW).split()[-1]

    def _tell(self, name: str = "", **data) -> float:
        """Send the panel a message; returns the seconds until the answer that has this name."""
        start, latency = time.perf_counter(), math.nan
        for kind, said in self._ask("comm_msg", {"comm_id": self.panel, "data": data}):
            answer = said.get("data", {}).get("state", {}).get("answer", {})
            if kind == "comm_msg" and name and name in (answer.get("page"), answer.get("ink")):
                latency = time.perf_counter() - start
        return latency

    def save(self, **changes) -> float:
        """What the page does when a stroke is finished, or the pad cleared (`save` in pad.js)."""
        self.count += 1
        name = f"page {self.count}"
        latency = self._tell(name, method="update", state={"page": name} | changes, buffer_paths=[])
        for _ in range(2):
            self._tell(method="custom", content={"type": "hurry"})
        return latency

    def ask(self, stroke: list) -> float:
        """What it does while one draws (`ask` in pad.js)."""
        self.count += 1
        name = f"page {self.count}"
        return self._tell(name, method="custom", content=dict(type="ink", id=name, stroke=stroke))

    def cpu(self) -> float:
        """Seconds that its process has calculated so far."""
        times = self.process.cpu_times()
        return times.user + times.system


class KernelOfServer(Kernel):
    """The same behind a Jupyter server, at `url`, as in a browser."""

    def __init__(self, url: str):
        self.url = url
        super().__init__()

    def _start(self, environment):
        web = requests.Session()
        web.get(f"{self.url}/lab", timeout=60).raise_for_status()
        web.headers["X-XSRFToken"] = web.cookies["_xsrf"]
        kernel = web.post(f"{self.url}/api/kernels", timeout=60).json()["id"]
        address = self.url.replace("http", "ws")
        self.socket = websocket.create_connection(
            f"{address}/api/kernels/{kernel}/channels", timeout=TIMEOUT)
        self.session = Session()

    def stop(self):
        self.socket.close()

    def _send(self, kind, content):
        message = self.session.msg(kind, content) | {"channel": "shell", "buffers": []}
        self.socket.send(json.dumps(message, default=str))
        return message["header"]["msg_id"]

    def _receive(self):
        return json.loads(self.socket.recv())


@contextmanager
def kernels(count: int = 1, panel: bool = True, **environment: str):
    """So many kernels, each with a panel shown if `panel`; they end with the block."""
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            started.append(Kernel(**environment))
            stack.callback(started[-1].stop)
            if panel:
                started[-1].show_panel()
        yield started


def new_stroke(random: np.random.Generator) -> list:
    """A curve somewhere on the pad, as the page sends it: points (x, y)."""
    control, share = random.uniform(0.1, 0.9, (4, 2)), np.linspace(0, 1, POINTS)[:, None]
    curve = sum(math.comb(3, i) * share**i * (1 - share) ** (3 - i) * control[i] for i in range(4))
    return curve.round(4).tolist()


def memory(processes: list[psutil.Process]) -> dict[str, float]:
    """MB of memory of all these processes together: RSS, PSS, USS."""
    infos = [process.memory_full_info() for process in processes]
    return {name.upper(): sum(getattr(info, name) for info in infos) / MB
            for name in ("rss", "pss", "uss")}


def peak(process: psutil.Process) -> float:
    """The most MB that a process has had in memory at once."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024 / MB


def milliseconds(latencies: list[float]) -> dict[str, float]:
    return {"median, ms": 1000 * statistics.median(latencies),
            "95%, ms": 1000 * float(np.percentile(latencies, 95))}


def look(kernel: Kernel, latencies: list[float], before: float) -> dict[str, float]:
    """What answers cost since the kernel had calculated for `before` seconds; its memory."""
    cpu = 1000 * (kernel.cpu() - before) / len(latencies)
    return milliseconds(latencies) | {"CPU, ms": cpu, "RSS, MB": memory([kernel.process])["RSS"]}


class Table:
    """A Markdown table whose rows are printed as soon as they are known."""

    def __init__(self, title: str, index: str, digits: int = 1):
        self.title, self.index, self.digits, self.rows = title, index, digits, {}

    def add(self, name, row: dict) -> None:
        if not self.rows:
            print(f"\n**{self.title}**\n")
            self._print([self.index, *row])
            self._print(["---"] * (len(row) + 1))
        self.rows[name] = row
        self._print([name, *row.values()])

    def _print(self, cells) -> None:
        texts = (f"{cell:,.{self.digits}f}" if isinstance(cell, float) else f"{cell}"
                 for cell in cells)
        print(f"| {' | '.join(texts)} |", flush=True)


def quarters(values: pd.Series) -> tuple[float, float, str]:
    """The last quarter's median as a multiple of the first's, and what is allowed."""
    quarter = -(-len(values) // 4)
    return values.iloc[-quarter:].median() / values.iloc[:quarter].median(), TIME_BOUND, "times"


def grows(what: str, amount: float, bound: float, unit: str) -> bool:
    """Say whether something stayed below its bound; returns whether it did not."""
    print(f"\n{what}: {amount:.2f} {unit}, bound {bound:g}: "
          f"{'held' if amount < bound else 'GROWS'}", flush=True)
    return not amount < bound


def draw_strokes(count: int, clear: bool) -> pd.DataFrame:
    """So many strokes in a row, on a pad that is cleared before each or not: what answers cost."""
    way, window = "cleared before each" if clear else "all on one pad", max(1, count // 20)
    table = Table(f"{count:,} strokes in a row, {way} (each row: its last {window} answers)",
                  "strokes")
    random, strokes, rows = np.random.default_rng(0), [], {}
    with kernels() as (kernel,):
        for _ in range(window):  # the first answers load what the others need
            kernel.save(strokes=[new_stroke(random)])
        kernel.save(strokes=[], background="")
        for number in range(1, count + 1):
            if number % window == 1 or window == 1:
                latencies, before = [], kernel.cpu()
            if clear:
                strokes = []
                kernel.save(strokes=[], background="")
            strokes = [*strokes, new_stroke(random)]
            latencies.append(kernel.save(strokes=strokes))
            if number % window == 0:
                rows[number] = look(kernel, latencies, before)
            if number in (window, 2 * window, 10 * window, 20 * window):
                table.add(number, rows[number])
    return pd.DataFrame(rows.values(), index=list(rows))


def measure_strokes(count: int) -> bool:
    """Strokes in a row: does the last cost more than the first? Returns whether it does."""
    cleared, piled = draw_strokes(count, clear=True), draw_strokes(count, clear=False)
    worse = [grows("CPU for an answer, cleared, last quarter against first",
                   *quarters(cleared["CPU, ms"]))]
    for way, table, bound in [("cleared", cleared, MEMORY_BOUND), ("all on one pad", piled, PAD)]:
        rise = table["RSS, MB"].iloc[-1] - table["RSS, MB"].iloc[0]
        worse.append(grows(f"Memory, {way}", rise, bound, "MB"))
    return any(worse)


def draw(kernel: Kernel, questions: int, pace: float = 0) -> list[float]:
    """Draw with so many questions about unfinished strokes; returns the seconds until each answer.

    As the page does: the next question waits for the answer, and `pace` seconds after the last.
    """
    random, strokes, latencies = np.random.default_rng(0), [], []
    while len(latencies) < questions:
        stroke = new_stroke(random)
        for part in range(1, QUESTIONS + 1):
            latencies.append(kernel.ask(stroke[: POINTS * part // QUESTIONS]))
            time.sleep(max(0, pace - latencies[-1]))
        strokes.append(stroke)
        kernel.save(strokes=strokes)
        if len(strokes) == STROKES:
            strokes = []
            kernel.save(strokes=[], background="")
    return latencies


def measure_drawing(minutes: float) -> bool:
    """Answers while one draws: do they get slower, or the kernel larger? Returns whether."""
    each = max(1, round(60 * minutes / PACE / WINDOWS))
    shown = Table(f"{WINDOWS * each:,} answers while drawing: {minutes:g} minutes, one every "
                  f"{1000 * PACE:.0f} ms, asked for at full speed", "minutes")
    rows = {}
    with kernels() as (kernel,):
        kernel.execute(REMEMBER)  # or the memory for that would be taken for a leak
        draw(kernel, QUESTIONS)
        for window in range(1, WINDOWS + 1):
            before, minute = kernel.cpu(), minutes * window / WINDOWS
            rows[minute] = look(kernel, draw(kernel, each), before)
            if window in (1, 2, 5, 10, 15, 20):
                shown.add(minute, rows[minute])
    table = pd.DataFrame(rows.values(), index=list(rows))
    late = table.iloc[2:]  # the first tenth fills caches
    slope = {name: np.polyfit(late.index / 60, late[name], 1)[0] for name in table.columns}
    print(f"\nSlope: median {slope['median, ms']:+.2f} ms, CPU {slope['CPU, ms']:+.2f} ms, "
          f"RSS {slope['RSS, MB']:+.2f} MB an hour")
    rise = late["RSS, MB"].iloc[-1] - late["RSS, MB"].iloc[0]
    return grows("Memory, after the first tenth", rise, MEMORY_BOUND, "MB") | grows(
        "CPU for an answer, last quarter against first", *quarters(table["CPU, ms"]))


def note(process: psutil.Process) -> dict[str, float]:
    return memory([process]) | {"peak": peak(process), "threads": process.num_threads()}


def note_stages(table: Table) -> None:
    """The memory of a kernel, stage by stage."""
    with kernels(panel=False) as (kernel,):
        table.add("kernel, empty", note(kernel.process))
        kernel.execute(IMPORT)
        table.add("... course imported", note(kernel.process))
        kernel.show_panel()
        draw(kernel, 10 * QUESTIONS)
        table.add("... and drawn on a panel", note(kernel.process))
        kernel.execute(TRAIN.format(images=6_000) + EPOCH + "evaluate(model, test)")
        table.add("... and trained on MNIST", note(kernel.process))


def note_lesson(table: Table, path: Path) -> None:
    """Run a lesson whole, in a kernel of its own."""
    with kernels(panel=False) as (kernel,):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                kernel.execute(cell.source)
        table.add(f"lesson {path.stem[:2]}, run whole", note(kernel.process))


def note_server(table: Table, rest: float) -> None:
    """The memory of a server with one kernel; then the time of both, at rest and for an answer."""
    with tempfile.TemporaryDirectory() as folder, lab_server(Path(folder)) as url:
        (server,) = (p for p in psutil.Process().children() if "jupyterlab" in p.cmdline())
        kernel = KernelOfServer(url)

        def cpu(do, *arguments):
            """Milliseconds that kernel and server calculate meanwhile."""
            before = [sum(process.cpu_times()[:2]) for process in (kernel.process, server)]
            do(*arguments)
            after = [sum(process.cpu_times()[:2]) for process in (kernel.process, server)]
            return 1000 * (np.array(after) - before)

        kernel.show_panel()
        draw(kernel, 10 * QUESTIONS)
        table.add("JupyterLab's server", note(server))
        times = Table("Time of a learner's processes", "CPU, ms", digits=2)
        answers = 50 * QUESTIONS
        for what, spent in [("an answer", cpu(draw, kernel, answers) / answers),
                            ("a second at rest, panel open", cpu(time.sleep, rest) / rest)]:
            times.add(what, {"kernel": float(spent[0]), "server": float(spent[1])})
        kernel.stop()


def measure_learner(rest: float, lessons: list[Path]) -> None:
    """The memory of a learner's processes, and their time."""
    table = Table("Memory of a learner's processes", "MB", digits=0)
    note_stages(table)
    for path in lessons:
        note_lesson(table, path)
    note_server(table, rest)


def measure_crowd(crowds: list[int], seconds: float) -> None:
    """Answers to many at once."""
    table = Table(f"Many learners at once on {psutil.cpu_count()} cores, one thread each",
                  "kernels")
    for count in crowds:
        with kernels(count, OMP_NUM_THREADS="1") as crowd, ThreadPoolExecutor(count) as pool:
            for kernel in crowd:
                draw(kernel, QUESTIONS)
            whole = memory([kernel.process for kernel in crowd])
            row = {f"{name} each, MB": value / count for name, value in whole.items()}
            for who, drawing in [("all", crowd), ("a tenth", crowd[: -(-count // 10)])]:
                before = sum(kernel.cpu() for kernel in drawing)
                each = pool.map(lambda kernel: draw(kernel, seconds / PACE, PACE), drawing)
                answers = sum(each, [])
                cpu = 1000 * (sum(kernel.cpu() for kernel in drawing) - before) / len(answers)
                costs = milliseconds(answers) | {"CPU, ms": cpu}
                row |= {f"{who}: {name}": value for name, value in costs.items()}
            table.add(count, row)
    cores = CLASS * row["all: CPU, ms"] / 1000 / PACE
    memory_of_all = CLASS * row["PSS each, MB"] / 1000
    print(f"\n{CLASS} learners, extrapolated from {count}: {memory_of_all:.1f} GB for a kernel "
          f"each; {cores:.1f} cores busy if all draw at once at the page's pace, {cores / 10:.1f} "
          "if a tenth does", flush=True)


def measure_threads(images: int) -> None:
    """How long an epoch takes, with others beside it and with other numbers of threads."""
    cores = psutil.cpu_count()
    one, many = {"OMP_NUM_THREADS": "1"}, {"OMP_NUM_THREADS": str(8 * cores)}
    passive = {"OMP_WAIT_POLICY": "PASSIVE"}
    ways = {"default": {}, "one thread": one, f"{8 * cores} threads": many,
            "default, PASSIVE": passive, f"{8 * cores} threads, PASSIVE": many | passive}
    table = Table(f"Seconds for an epoch on {images:,} images, on {cores} cores: median of all "
                  "kernels and three rounds", "kernels at once", digits=2)
    for count in (1, cores, 2 * cores):
        table.add(count, {way: time_epoch(count, images, **environment)
                          for way, environment in ways.items()})


def time_epoch(count: int, images: int, **environment: str) -> float:
    """Median seconds of an epoch in so many kernels at once, three times."""
    with kernels(count, panel=False, **environment) as those, ThreadPoolExecutor(count) as pool:
        def in_all(code):
            return list(pool.map(lambda kernel: kernel.execute(code), those))

        in_all(IMPORT + TRAIN.format(images=images))
        return statistics.median(
            float(printed.split()[-1]) for _ in range(3) for printed in in_all(EPOCH))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parts = ["strokes", "drawing", "learner", "crowd", "threads"]
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    parser.add_argument("--strokes", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--lessons", nargs="*", default=[path.stem for path in LESSONS])
    parser.add_argument("--rest", type=float, default=60)
    parser.add_argument("--crowds", type=int, nargs="+", default=[1, 2, 4, 8, 12, 16])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--images", type=int, default=6_000)
    options = parser.parse_args()
    chosen = [p for p in LESSONS if p.stem.startswith(tuple(options.lessons))]
    measures = {
        "strokes": lambda: measure_strokes(options.strokes),
        "drawing": lambda: measure_drawing(options.minutes),
        "learner": lambda: measure_learner(options.rest, chosen),
        "crowd": lambda: measure_crowd(options.crowds, options.seconds),
        "threads": lambda: measure_threads(options.images),
    }
    return int(any([measures[part]() for part in options.parts or parts]))


if __name__ == "__main__":
    sys.exit(main())
