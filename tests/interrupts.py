"""Stop a function at every line of a file, one run for each line."""

import sys


def interrupted_at_every_line(function, filename: str = ".py", stride: int = 1):
    """Call the function again and again and raise KeyboardInterrupt before the first line that it
    runs in a file of that name, the second (or `stride` lines later), and so on, until it runs
    through. Yields what each call returned, or None where the interrupt came out of it.

    A real interrupt comes between any two steps of Python; between lines is what can be repeated.
    """
    stop = 1
    while True:
        count = 0

        def trace(frame, event, argument):
            nonlocal count
            if not frame.f_code.co_filename.endswith(filename):
                return None
            if event == "line":
                count += 1
                if count == stop:
                    raise KeyboardInterrupt
            return trace

        before, result = sys.gettrace(), None
        sys.settrace(trace)
        try:
            result = function()
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(before)
        yield result
        if count < stop:
            break
        stop += stride
