"""Values of all kinds, as checks compare them and speak of them."""

from __future__ import annotations

import math
import numbers
import re
import types

import numpy as np
import torch
from torch import nn

SMALL = 2**20  # bytes: what a view may hold on to
DEEPEST = 10  # attributes of attributes; one may lead back to where it began


def plain(value):
    """Turn tensors, arrays, numbers and lists of numbers into arrays of floats.

    Other lists remain lists. What can't be turned into floats comes back as it is: text, but also a
    whole number of 400 digits or a sparse tensor.
    """
    try:
        return _as_floats(value)
    except (TypeError, OverflowError, RuntimeError):
        return value


def _as_floats(value):
    if isinstance(value, (list, tuple)):
        items = [plain(item) for item in value]
        shapes = {item.shape if is_numbers(item) else None for item in items}
        return np.array(items, float) if len(shapes) < 2 and None not in shapes else items
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().double().numpy()
    if isinstance(value, (np.ndarray, np.generic, range)):
        array = np.asarray(value)
        return array.astype(float) if array.dtype.kind in "biuf" else value
    return np.asarray(float(value)) if isinstance(value, numbers.Real) else value


def same(value, right, tolerance: float = 1e-5) -> bool:
    """Tell whether two values are the same: numbers, text, tensors, arrays, lists, dicts, nested.

    Kinds of numbers, and of rows of numbers, don't matter.
    """
    value, right = plain(value), plain(right)
    if is_numbers(right) and is_numbers(value):
        return _same_numbers(value, right, tolerance)
    if isinstance(right, dict) and isinstance(value, dict):
        return value.keys() == right.keys() and all(
            same(value[key], right[key], tolerance) for key in right)
    if isinstance(right, list) and isinstance(value, list):
        return len(value) == len(right) and all(
            same(*pair, tolerance) for pair in zip(value, right))
    if isinstance(right, str) and isinstance(value, str):
        return value == right
    return value is right


def _same_numbers(value: np.ndarray, right: np.ndarray, tolerance: float) -> bool:
    return value.shape == right.shape and np.allclose(
        value, right, rtol=0, atol=1e-7 + tolerance * _largest(right), equal_nan=True)


def _largest(array: np.ndarray) -> float:
    """Find the largest number of an array, whatever its sign."""
    return np.abs(array, where=np.isfinite(array), out=np.zeros(array.shape)).max(initial=0)


def state_of(value, depth: int = 0):
    """Describe a value so that it equals a later description as long as nothing in it has changed.

    It looks into lists, tuples, dicts, tensors, arrays, networks, and whatever has attributes;
    those with a name that begins with `_` are nobody's business. Of a network, the modes come
    first, then the rest. Of anything else, such as a function, only its kind is known.
    """
    if isinstance(value, torch.Tensor):
        memory = value.detach().cpu().contiguous().view(-1).view(torch.uint8)
        return value.shape, value.dtype, memory.numpy().tobytes()
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype, value.tobytes()
    if isinstance(value, float):
        return f"{value:.9g}"  # nudged and put back, it is a little off
    if isinstance(value, (str, numbers.Number, type(None))):
        return repr(value)
    if isinstance(value, nn.Module):
        modes = [module.training for module in value.modules()]
        return modes, [state_of(tensor) for tensor in value.state_dict().values()]
    if depth < DEEPEST and isinstance(value, (list, tuple)):
        return [state_of(item, depth + 1) for item in value]
    if depth < DEEPEST and isinstance(value, dict):
        return {key: state_of(item, depth + 1) for key, item in value.items()}
    if depth < DEEPEST and hasattr(value, "__dict__") and not isinstance(value, FUNCTIONS):
        return {name: state_of(item, depth + 1) for name, item in vars(value).items()
                if not name.startswith("_")}
    return type(value)


def count_of(value, most: int, depth: int = 0) -> int:
    """Count the items in tensors, arrays and nested lists; it needn't go on above `most`."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return math.prod(value.shape)
    if depth == DEEPEST or not isinstance(value, (list, tuple, dict)) or len(value) > most:
        return len(value) if isinstance(value, (list, tuple, dict)) else 1
    count = 0
    for item in value.values() if isinstance(value, dict) else value:
        count += count_of(item, most, depth + 1)
        if count > most:
            break
    return count


def compact(value, depth: int = 0):
    """Copy what is a small view of something large, which would be kept as long as the view."""
    if isinstance(value, torch.Tensor) and value.layout is torch.strided and (
            value.device.type == "cpu" and value.untyped_storage().nbytes() > SMALL):
        return value.clone() if 4 * value.nbytes < value.untyped_storage().nbytes() else value
    if isinstance(value, np.ndarray) and isinstance(value.base, np.ndarray):
        return value.copy() if value.base.nbytes > max(SMALL, 4 * value.nbytes) else value
    if type(value) in (list, tuple) and depth < DEEPEST:
        items = [compact(item, depth + 1) for item in value]
        unchanged = all(item is before for item, before in zip(items, value))
        return value if unchanged else type(value)(items)
    return value


def is_numbers(value) -> bool:
    """Tell whether a plain value is made of numbers alone."""
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)
KINDS: list[tuple] = [  # of things that aren't numbers, or that numbers are in
    (type(None), "None"), (bool, "True or False"), (str, "text"), (np.ndarray, "an array"),
    (torch.Tensor, "a tensor"), (list, "a list"), (tuple, "a tuple"), (dict, "a dictionary"),
    ((set, frozenset), "a set"), (types.GeneratorType, "a generator"),
    (numbers.Integral, "a whole number"), (numbers.Real, "a number"), (FUNCTIONS, "a function"),
]


def kind_of(value) -> str:
    """Say what kind of thing a value is, such as "a list"."""
    if isinstance(value, nn.Module):
        return f"a layer or network (`{type(value).__name__}`)"
    named = (words for kind, words in KINDS if isinstance(value, kind))
    return next(named, f"a thing of the kind `{type(value).__name__}`")


def sizes_of(array: np.ndarray) -> str:
    """Say how many numbers there are, or in which shape."""
    if array.ndim == 0:
        return "one number"
    if array.ndim == 1:
        return f"{len(array)} number" + "s" * (len(array) != 1) + " in a row"
    return "the shape " + " x ".join(map(str, array.shape))


def amount_of(array: np.ndarray) -> str:
    """Say how many numbers there are, as a thing: "numbers in the shape 2 x 3"."""
    return "numbers in " + sizes_of(array) if array.ndim > 1 else sizes_of(array)


def written(value) -> str | None:
    """Write a value as it can be typed in, if that is short; numbers in a few digits."""
    text = _typed(value)
    return text if text is not None and len(text) <= WIDEST else None


def _typed(value) -> str | None:
    if code := getattr(value, "in_code", ""):
        return code
    if isinstance(value, (torch.Tensor, np.ndarray)):
        if count_of(value, MOST) > MOST or not is_numbers(plain(value)):
            return None
        inside = _typed(value.tolist())
        kind = "torch.tensor" if isinstance(value, torch.Tensor) else "np.array"
        return f"{kind}({inside})"
    if isinstance(value, (list, tuple)):
        items = [_typed(item) for item in value[:MOST + 1]]
        if None in items or len(items) > MOST:
            return None
        comma = "," * (len(items) == 1)
        inside = ", ".join(filter(None, items))
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{comma})"
    if isinstance(value, dict):
        pairs = [(_typed(name), _typed(item)) for name, item in value.items()]
        inside = ", ".join(f"{name}: {item}" for name, item in pairs)
        return f"{{{inside}}}" if all(None not in pair for pair in pairs) else None
    if isinstance(value, float):
        return f"float({str(value)!r})" if not np.isfinite(value) else _number(value, 4) + ".0" * (
            _number(value, 4).lstrip("-").isdigit())
    return repr(value) if isinstance(value, (str, bool, int)) else None


def call_text(signature: str, arguments: tuple) -> str | None:
    """Write a call as it can be typed in; None if an argument is too long for that."""
    name, *names = re.findall(r"\w+", signature)
    values = [written(value) for _, value in zip(names, arguments)]
    return None if None in values else f"{name}({', '.join(filter(None, values))})"


def call_in_words(signature: str, arguments: tuple) -> str:
    """Say of which call a reason speaks: its code, or what its arguments are like.

    An argument may have code of its own, `in_code`, or words, `in_words`.
    """
    if code := call_text(signature, arguments):
        return f"`{code}`"
    _, *names = re.findall(r"\w+", signature)
    known = [f"`{name}` {words}" for name, value in zip(names, arguments)
             if (words := _about(value))]
    return "a call with inputs of the check's own" + f" ({', '.join(known)})" * bool(known)


def _about(value) -> str:
    """Say what an argument is like; nothing if there is nothing to say."""
    if words := getattr(value, "in_words", ""):
        return words
    if text := written(value):
        return f"is {text}"
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return f"has {sizes_of(value)}"  # type: ignore[arg-type]
    return ""


LONGEST = 10  # of what is in a list that is shown whole
MOST = 16  # of what is in a list that is to be typed in
WIDEST = 90  # characters of a list that is shown


def show(value, other=None) -> str:
    """Write a value in short; a number in as many digits as make it differ from another one."""
    arrays = (torch.Tensor, np.ndarray, np.generic)
    if isinstance(value, arrays) and is_numbers(plain(value)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        text, numbers_in = _show_list(value), plain(value)
        if len(text) <= WIDEST:
            return text
        return amount_of(numbers_in) if is_numbers(numbers_in) else kind_of(value)
    if isinstance(value, (bool, int, dict, type(None))):
        text = repr(value) if not isinstance(value, dict) else kind_of(value)
        return text if len(text) <= 40 else kind_of(value)
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else f"{value[:40]}...")
    if isinstance(value, numbers.Rational):  # a fraction
        value = float(value)
    if not isinstance(value, float):
        return kind_of(value)
    rival = plain(other)
    rival = rival.item() if is_numbers(rival) and rival.size == 1 else None
    texts = [_number(value, digits) for digits in range(4, 17)]
    return next((text for digits, text in enumerate(texts, 4)
                 if rival is None or text != _number(rival, digits)), texts[0])


def _show_list(items, depth: int = 0) -> str:
    texts = [_show_list(item, depth + 1) if isinstance(item, (list, tuple)) and depth < 3
             else show(item) if not isinstance(item, (list, tuple)) else "..."
             for item in items[:LONGEST]]
    left_out = ["..."] if len(items) > LONGEST else []
    inside = ", ".join(texts + left_out)
    return f"({inside})" if isinstance(items, tuple) else f"[{inside}]"


def _number(value: float, digits: int) -> str:
    if value == 0 or not np.isfinite(value):
        return f"{abs(value) if value == 0 else value:g}"
    behind = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    text = f"{value:.{behind}f}"
    return text.rstrip("0").rstrip(".") if behind else text
