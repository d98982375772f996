"""What asks for a guess (`guesses`), what judges an answer (`checks`) and says why (`reasons`)."""
