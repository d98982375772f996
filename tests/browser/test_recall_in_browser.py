"""Questions from earlier lessons on a page without Python: by mouse and by keys."""

from mnist_adder_lib.course.exercises.recall import Recall, load

QUESTIONS = load("data_generation")
CHOSEN = "window.model.traits.chosen"


def test_an_answer_is_judged_at_once_with_its_reason_and_a_link(show):
    page = show(Recall(QUESTIONS))
    for n, one in enumerate(QUESTIONS):
        group = page.get_by_role("group", name=one.text.replace("`", ""), exact=True)
        verdict = group.get_by_role("status")
        assert verdict.inner_text() == ""
        for answer in one.answers:
            button = group.get_by_role("button", name=answer.text.replace("`", ""), exact=True)
            button.click()
            expected = one.verdict(answer).replace("`", "")
            assert verdict.inner_text() == f"{expected} Look again: {one.place}."
            assert group.locator("[aria-pressed=true]").all_inner_texts() == [
                button.inner_text()]
            assert page.evaluate(CHOSEN)[n] == one.answers.index(answer)
        link = group.get_by_role("link")
        assert link.get_attribute("href") == one.link


def test_keys_pass_over_answers_without_choosing_and_stay_inside(show):
    page = show(Recall(QUESTIONS))
    page.get_by_role("button").first.focus()
    for key in ("Tab", "Tab", "ArrowDown", "d"):
        page.keyboard.press(key)
    assert page.evaluate(CHOSEN) == [-1, -1, -1] and page.evaluate("outside") == []
    page.keyboard.press("Enter")
    assert page.evaluate(CHOSEN) == [2, -1, -1]
    page.keyboard.press("Shift+Enter")
    assert "Enter" in page.evaluate("outside")


def test_a_link_follows_the_one_in_the_folded_answers(show):
    """As JupyterLab opens only links that Markdown made."""
    page = show(Recall(QUESTIONS))
    page.evaluate("""link => {
        document.head.innerHTML += '<base href="http://127.0.0.1/">'; // a blank page has no address
        const details = document.body.appendChild(document.createElement("details"));
        details.innerHTML = `<a href="elsewhere/${link}">there</a>`;
        details.firstChild.addEventListener("click", (event) => {
            event.preventDefault();
            window.followed = event.target.textContent;
        });
    }""", QUESTIONS[0].link)
    page.get_by_role("button").first.click()
    page.get_by_role("link", name="Look again").click()
    assert page.evaluate("window.followed") == "there"
