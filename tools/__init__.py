"""What maintainers run.

`make.py` is what everybody runs, `colab_setup.py` what a lesson runs in Colab. The folders:

- notebooks: run lessons and store their outputs; count their minutes; rules for what they use
- publishing: the page, the site, pictures, and the address of the repository
- made_from: what was made from what, and so what is out of date
- testing: lessons as on other machines, and what the tests in Node compare with
"""
