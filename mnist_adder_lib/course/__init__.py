"""The course: how notebooks show things, guesses and checks, and a module for each lesson.

A lesson's module is named like its notebook, without the number, and holds the checks of its
exercises and the figures that no other lesson draws. Its questions are in `questions/`.
"""
