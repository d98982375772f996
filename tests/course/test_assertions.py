"""What a lesson's failing assertion says in a notebook."""

from IPython.core.interactiveshell import InteractiveShell

from mnist_adder_lib.course import CHANGED, explain_assertion


def test_an_assertion_without_words_gets_some_and_is_still_an_error(capsys):
    shell = InteractiveShell()
    shell.set_custom_exc((AssertionError,), explain_assertion)
    for source, words in (("assert 1 == 2", CHANGED), ("assert 1 == 2, 'own words'", "own words")):
        result = shell.run_cell(source)
        assert isinstance(result.error_in_exec, AssertionError)
        assert words in capsys.readouterr().out
