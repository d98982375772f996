"""The dictation: what it asks for, keeps and returns."""

from lab import draw

from mnist_adder_course.lessons.draw_a_digit import Dictation

SEVEN = [[(0.3, 0.3), (0.6, 0.3), (0.4, 0.8)]]


def test_it_keeps_what_is_drawn_and_gives_the_last_one_back(show):
    dictation = Dictation()
    page = show(dictation)
    wish, count = page.locator(".wish"), page.locator(".count")
    assert wish.inner_text() == str(dictation.asked[0]) and page.locator(".back").is_disabled()
    page.click(".next")
    assert count.inner_text() == "The pad is empty."
    draw(page, SEVEN)
    page.click(".next")
    assert wish.inner_text() == str(dictation.asked[1]) and "2 of 20" in count.inner_text()
    assert page.evaluate("[model.traits.drawings.length, model.traits.strokes]") == [1, []]
    page.click(".back")
    assert page.evaluate("[model.traits.drawings.length, model.traits.strokes.length]") == [0, 1]
    for _ in range(20):
        page.evaluate("strokes => model.set('strokes', strokes)", SEVEN)
        page.click(".next")
    assert wish.inner_text() == "Thank you" and page.locator(".next").is_disabled()
    assert page.evaluate("model.traits.drawings.length") == 20
