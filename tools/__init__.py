"""What maintainers run.

`make.py` is what everybody runs, `colab_setup.py` what a lesson runs in Colab, `stale.py` says what
is older than what it was made from. The folders:

- notebooks: run lessons and store their outputs; count their minutes; rules for what they use
- publishing: the page, the site, pictures, and the address of the repository
- testing: lessons as on other machines, and what the tests in Node compare with
"""
