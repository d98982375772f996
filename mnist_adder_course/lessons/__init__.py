"""A module for each lesson, named like its notebook without the number.

It holds the checks of the lesson's exercises and the figures that no other lesson draws. The
lesson's questions are in `questions/`.
"""
