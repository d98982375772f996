"""A class list, and whose a file is by it: one rule for all the ways in which classes hand in.

A file belongs to the learner of whom all parts of a name, or an id, stand in one part of its path.
Accents, case, order and separators don't count. A number has four digits at least, and counts for
nothing next to a name that isn't its owner's, since platforms number hand-ins as they like. If two
names are joined ("Ada & Bo"), it belongs to both. If nobody is found, or several, a person has to
say whose it is.
"""

from __future__ import annotations

import csv
import functools
import io
import re
from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import permutations
from pathlib import Path
from typing import NamedTuple
from unicodedata import combining, normalize

from .exercises.progress import exercises

NAME_COLUMN = re.compile(r"name|\bnom\b|prénom|learner|student|schüler|élève|pupil", re.IGNORECASE)
HALF = re.compile(r"first|last|given|family|sur|vor|nach|nom\b", re.IGNORECASE)  # of a name
NO_NAME_COLUMN = re.compile(
    r"\b(?:id|nr|no)\b|number|nummer|mail|user|login|account|git|alias|nick|class|klasse|course|kurs|"
    r"group|gruppe|school|schule", re.IGNORECASE)
JOINED = re.compile(r"[&+]|(?<![^\W_])(?:and|und|et|y)(?![^\W_])", re.IGNORECASE)
WORD, ALONE = re.compile(r"[^\W\d_]+|\d+"), re.compile(r"[^\W_]+")
HUMP = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")  # in "AdaByron"
SHORTEST = 4  # digits of a number that can be an id
# Words that aren't a name next to a number: the course's, and what hand-ins are called.
NO_NAMES = {word for lesson in exercises() for word in lesson.split("_")} | set("""
    assignment assignsubmission copy copie copia kopie lesson lektion file late submission submitted
    abgabe homework task aufgabe exercise exercice week woche version notebook notebooks final group
    gruppe student learner user ipynb mnist adder main master""".split())
UNICODE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
                         "ı": "i"})
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})


class NoList(ValueError):
    """A file that can't be read as a class list; the message says what to do."""


class Learner(NamedTuple):
    """A learner on the list: what the tables call them, their name, and their ids."""

    label: str
    name: str
    ids: tuple[str, ...] = ()

    @property
    def spellings(self) -> list[tuple[str, ...]]:
        """The parts of the name, plainly spelled, and with umlauts as two letters."""
        return spellings(self.name)


class ClassList(NamedTuple):
    """The learners, and a sentence on what was taken as names and ids."""

    learners: list[Learner]
    says: str

    def whose(self, folders: tuple[str, ...], file: str) -> tuple[list[Learner], list[Learner]]:
        """The learners whose file it is, of whom there may be none; and who else it might be."""
        parts = [HUMP.sub(" ", normalize("NFC", part)) for part in (*folders, file)]
        by_name = _unique(one for part in parts for one in self._named(part))
        by_id = _unique(one for part in parts for one in self._with_id(part))
        by_number = _unique(one for part in parts for one in self._with_number(part))
        namesakes = [one for one in by_name if one in by_id or one in by_number]
        if len({plain(one.name) for one in by_name}) == 1 and len(namesakes) == 1:
            by_name = namesakes
        found = _unique([*by_name, *by_id]) or by_number
        joined = any(JOINED.search(part) and self._named(part) == found for part in parts)
        return (found, []) if len(found) == 1 or joined else ([], found or self._similar(parts))

    def _named(self, part: str) -> list[Learner]:
        """Those whose whole name is in a part of a path; of "Ada" and "Ada Byron", the latter."""
        pieces = [self._named_alone(piece) for piece in JOINED.split(part)]
        if len(pieces) > 1 and all(len(piece) == 1 for piece in pieces):
            return _unique(one for piece in pieces for one in piece)
        return self._named_alone(part)

    def _named_alone(self, part: str) -> list[Learner]:
        words = set(WORD.findall(plain(part)))
        found: dict[int, set[str]] = {}
        for place, learner in enumerate(self.learners):
            for spelling in learner.spellings:
                used = words & joined_names(spelling).keys()
                covered = set[int]().union(*(joined_names(spelling)[word] for word in used))
                if spelling and len(covered) == len(spelling):
                    found[place] = found.get(place, set()) | used
        return [self.learners[place] for place, used in found.items()
                if not any(used < other for other in found.values())]

    def _with_id(self, part: str) -> list[Learner]:
        """Those one of whose ids, other than a number, is in a part of a path."""
        words = ALONE.findall(plain(part))
        runs = {"".join(words[start:end]) for start in range(len(words))
                for end in range(start + 1, len(words) + 1)}
        return [learner for learner in self.learners if runs & {
            form for id_ in learner.ids if not id_.isdigit() for form in _forms(id_)}]

    def _with_number(self, part: str) -> list[Learner]:
        """Those whose number is in a part of a path that names nobody else."""
        words = WORD.findall(plain(part))
        return [learner for learner in self.learners
                if {*words} & {id_ for id_ in learner.ids if id_.isdigit() and len(id_) >= SHORTEST}
                and all(word.isdigit() or word in NO_NAMES or len(word) < 3
                        or any(word in joined_names(one) for one in learner.spellings)
                        for word in words)]

    def _similar(self, parts: list[str]) -> list[Learner]:
        """Up to three learners a part of whose name is in the path, or is spelled almost so."""
        words = [word for part in parts for word in WORD.findall(plain(part))]
        near = {learner.label: sum(
            bool(get_close_matches(word, words, 1, 0.8)) for word in learner.spellings[0]
            if len(word) > 2) for learner in self.learners}
        best = max(near.values(), default=0)
        similar = [one for one in self.learners if best and near[one.label] == best]
        return similar if len(similar) <= 3 else []


def plain(text: str) -> str:
    """A text without accents and case."""
    letters = normalize("NFKD", text.casefold().translate(UNICODE))
    return "".join(char for char in letters if not combining(char))


@functools.cache
def spellings(name: str) -> list[tuple[str, ...]]:
    name = normalize("NFC", name).casefold()
    return [tuple(WORD.findall(plain(one))) for one in (name, name.translate(UMLAUTS))]


@functools.cache
def joined_names(parts: tuple[str, ...]) -> dict[str, set[int]]:
    """What some parts of a name make when written without a space: which parts these are.

    They may come in any order; if there are more than five, only in theirs.
    """
    places = range(len(parts))
    some: list = [each for count in places for each in permutations(places, count + 1)
                  if len(parts) <= 5]
    some = some or [places[start:end + 1] for start in places for end in places[start:]]
    return {"".join(parts[place] for place in each): {*each} for each in some}


@functools.cache
def _forms(id_: str) -> set[str]:
    """An id without separators; of an e-mail address, also what is before the @."""
    return {"".join(ALONE.findall(plain(form))) for form in {id_, id_.partition("@")[0]}} - {""}


def _unique(learners: Iterable[Learner]) -> list[Learner]:
    return list(dict.fromkeys(learners))


def read_class(path: Path) -> ClassList:
    """Read a class list: a CSV with a column of names (or two) and any number of columns of ids.

    A row of titles says which; without one, names come first, and all else is an id. Rows above
    the titles are skipped.

    Raises NoList if it is something else, and OSError if it can't be read.
    """
    rows = [row for row in _rows(path) if any(row)]
    titles = next((place for place, row in enumerate(rows[:6]) if _name_columns(row)), None)
    skipped, head = (rows[:titles], rows[titles]) if titles is not None else ([], [])
    names = _name_columns(head) or [0]
    rows = [row for row in rows[len(skipped) + bool(head):]
            if re.search(r"[^\W\d_]", _name(row, names))]
    if not rows:
        raise NoList(f"{path}: no names are in it. It needs a column called Name, or First name "
                     "and Last name.")
    ids: list[int] = []
    shared: list[int] = []  # what several learners have, such as their class, tells nobody apart
    for place in range(max(map(len, rows))):
        values = [row[place].casefold() for row in rows if place < len(row) and row[place]]
        if values and place not in names:
            (ids if len({*values}) == len(values) else shared).append(place)
    count = Counter(_name(row, names) for row in rows)
    learners = []
    for place, row in enumerate(rows, start=1):
        name, own = _name(row, names), tuple(row[one] for one in ids if row[one:one + 1] > [""])
        label = f"{name} ({own[0] if own else place})" if count[name] > 1 else name
        learners.append(Learner(label, name, own))

    def columns(places: list[int]) -> str:
        return ", ".join(head[place] if place < len(head) and head[place] else
                         f"column {place + 1}" for place in places)

    says = [f"{path.name}: {len(rows)} names ({columns(names)})",
            f"{sum(len(one.ids) for one in learners)} ids ({columns(ids)})" if ids else "no ids",
            f"not taken as ids, since values repeat: {columns(shared)}" if shared else "",
            f"skipped above the titles: {'; '.join(' '.join(filter(None, row)) for row in skipped)}"
            if skipped else ""]
    return ClassList(learners, "; ".join(filter(None, says)) + ".")


def _name_columns(titles: list[str]) -> list[int]:
    """Where the names are, by the titles: one column, or one for each half of a name."""
    found = [place for place, title in enumerate(titles)
             if NAME_COLUMN.search(title) and not NO_NAME_COLUMN.search(title)]
    return found if len(found) < 3 else [one for one in found if HALF.search(titles[one])][:2]


def _name(row: list[str], places: list[int]) -> str:
    return " ".join(" ".join(row[place] for place in places if place < len(row)).split())


def _rows(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    if content.startswith(b"PK") or content.startswith(b"\xd0\xcf\x11\xe0"):
        raise NoList(f"{path}: this is an Excel or a ZIP file. In the spreadsheet, choose Save as, "
                     "CSV (UTF-8), and name that file.")
    coding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise NoList(f"{path}: this isn't a text file. Save the list as CSV (UTF-8).")
    lines = text.strip().splitlines()
    separator = max(",;\t", key=lambda one: sum(line.count(one) for line in lines[:20]))
    return [[" ".join(cell.split()) for cell in row]
            for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)]
