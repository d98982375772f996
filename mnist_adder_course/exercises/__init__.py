"""What asks (`questions`), what judges an answer (`checks`) and says why (`reasons`)."""
