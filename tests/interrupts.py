"""Stop a function at every line of a file, one run for each line."""

import sys


def interrupted_at_every_line(function, filename: str):
    """Call the function again and again and raise KeyboardInterrupt before the first line that it
    runs in the file, the second, and so on, until it runs through. Yields after each call.

    A real interrupt comes between any two steps of Python; between lines is what can be repeated.
    """
    count, stop = 1, 0
    while count >= stop:
        count, stop = 0, stop + 1

        def trace(frame, event, argument):
            nonlocal count
            if not frame.f_code.co_filename.endswith(filename):
                return None
            if event == "line":
                count += 1
                if count == stop:
                    raise KeyboardInterrupt
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            function()
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(before)
        yield stop
