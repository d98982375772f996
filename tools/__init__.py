"""What maintainers run.

`make.py` is what everybody runs, `colab_setup.py` what a lesson runs in Colab. The folders:

- notebooks: run lessons and store their outputs; number exercises, and write their solutions
- publishing: the page, the site, pictures, and the address of the repository
- testing: lessons as on other machines, and what the tests in Node compare with
"""
