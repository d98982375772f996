"""Whose a handed-in file is: one rule, tried in all the ways in which people write names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_adder_course.class_list import ClassList, Learner, NoList, plain, read_class

NAMES = ["Pia Wolf", "Max Wolf", "Max", "Žofie Šťastná", "Jürgen Müller", "Jo Lee", "Ann Berg",
         "Anna Berg", "Anna Maria López", "Maria López", "Li Wei", "Wei Li Chen", "Søren Łoś"]
CLASS = ClassList([Learner(name, name, (f"{name.split()[0][0]}{place}@school.org".lower(),
                                        f"47{place:02}", f"git{place}hub"))
                   for place, name in enumerate(NAMES)], "")
PLATFORMS = ["{}/00_start_here.ipynb", "8b/{}/notebooks/x.ipynb",
             "{}_991_assignsubmission_file_/x", "week1/{} - Lesson 0 (1).ipynb",
             "Copy of 00_start_here {}.ipynb", "{}_LATE_34_567_x-1",
             "mnist-adder-{}/notebooks/00_start_here.ipynb", "{}+lesson0+2026-11-28 10-00-00/x"]


def whose(path, listed=CLASS):
    *folders, name = path.split("/")
    own, perhaps = listed.whose(tuple(folders), name)
    return [one.label for one in own], [one.label for one in perhaps]


@given(st.sampled_from(NAMES), st.sampled_from(PLATFORMS),
       st.sampled_from([" ", "_", "-", ".", ""]),
       st.booleans(), st.booleans(), st.booleans(), st.randoms())
def test_a_name_is_found_in_any_order_case_and_spelling(
        name, platform, separator, lower, accents, umlauts, random):
    parts = name.split()
    random.shuffle(parts)
    written = separator.join(parts)
    if umlauts:
        written = written.replace("ü", "ue")
    elif not accents:
        written = plain(written)
    assert whose(platform.format(written.lower() if lower else written))[0] == [name]


@given(st.sampled_from(NAMES), st.sampled_from(range(len(NAMES))), st.sampled_from(PLATFORMS))
def test_a_number_counts_alone_or_next_to_its_owner_and_never_against_a_name(
        name, place, platform):
    number, owner = f"47{place:02}", NAMES[place]
    assert whose(platform.format(number))[0] == [owner]
    assert whose(platform.format(f"{name}_{number}"))[0] == [name]
    assert whose(platform.format(f"Nora Blau_{number}"))[0] == []  # she isn't on the list
    assert whose(f"Lesson 0/{number[1:]}.ipynb")[0] == []


@given(st.sampled_from(range(len(NAMES))), st.sampled_from(PLATFORMS))
def test_an_address_or_an_account_is_found(place, platform):
    for id_ in CLASS.learners[place].ids[::2]:
        assert whose(platform.format(id_))[0] == whose(platform.format(id_.upper()))[0] == [
            NAMES[place]]


@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True),
       st.sampled_from([" & ", "+", " and ", " und ", "_and_"]))
def test_joined_names_share_a_file(two, joint):
    assert sorted(whose(f"{joint.join(two)}/x.ipynb")[0]) == sorted(two)


@pytest.mark.parametrize("path, perhaps", [
    ("Wolf/x.ipynb", ["Pia Wolf", "Max Wolf"]), ("Pia Wolff/x.ipynb", ["Pia Wolf"]),
    ("Pia Wolf/Jo Lee.ipynb", ["Pia Wolf", "Jo Lee"]), ("x.ipynb", []), ("Joleen/x.ipynb", []),
    ("Annaberg.ipynb", [])])
def test_what_is_nobodys_or_of_several_is_left_to_a_person(path, perhaps):
    if path == "Annaberg.ipynb":  # "Anna Berg" without a space, and no "Ann aberg"
        assert whose(path) == (["Anna Berg"], [])
    else:
        assert whose(path) == ([], perhaps)


def test_namesakes_are_told_apart_by_their_ids():
    two = ClassList([Learner("Kim Ito (k1)", "Kim Ito", ("k1",)),
                     Learner("Kim Ito (k2)", "Kim Ito", ("k2", "4711"))], "")
    assert whose("Kim Ito/x.ipynb", two) == ([], ["Kim Ito (k1)", "Kim Ito (k2)"])
    for path in ("Kim Ito k2/x", "Kim Ito/k2.ipynb", "k2/x", "Ito_Kim_4711/x"):
        assert whose(path, two)[0] == ["Kim Ito (k2)"]


@pytest.mark.parametrize("content, names, says", [
    ("Vorname;Nachname;Klasse;E-Mail\nJo;Lee;8b;jo@s\nAda;Byron;8b;a@s".encode("utf-8-sig"),
     ["Jo Lee", "Ada Byron"], "2 names (Vorname, Nachname); 2 ids (E-Mail); not taken as ids, "
     "since values repeat: Klasse."),
    ("Class 8b;;\n;;\nName;Nr;GitHub name\nPia Wolf;1234;wp\nJo Lee;1235;".encode("utf-16"),
     ["Pia Wolf", "Jo Lee"], "2 names (Name); 3 ids (Nr, GitHub name); skipped above the titles: "
     "Class 8b."),
    ("Jo Lee,1234\nAda Byron,".encode(), ["Jo Lee", "Ada Byron"], "(column 1); 1 ids (column 2)."),
    ("Jörg".encode("cp1252"), ["Jörg"], "no ids."),
    (b"Name\tmail\nKim Ito\tk1\nKim Ito\tk2", ["Kim Ito (k1)", "Kim Ito (k2)"], "2 ids (mail).")])
def test_a_list_says_what_was_taken_as_names_and_ids(tmp_path, content, names, says):
    (tmp_path / "names.csv").write_bytes(content)
    listed = read_class(tmp_path / "names.csv")
    assert [one.label for one in listed.learners] == names and listed.says.endswith(says)


@pytest.mark.parametrize("content, says", [
    (b"PK\x03\x04", "Excel"), ("Name;Nr\nJo;1".encode("utf-16-le"), "isn't a text file"),
    (b"17,18\n3,4", "no names"), (b"", "no names"), (b"Name,Nr\n", "no names")])
def test_what_is_no_list_is_said_so(tmp_path, content, says):
    (tmp_path / "names.csv").write_bytes(content)
    with pytest.raises(NoList, match=says):
        read_class(tmp_path / "names.csv")
