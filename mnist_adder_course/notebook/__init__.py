"""How a notebook shows things: figures, captions, errors in plain words, stored results."""
