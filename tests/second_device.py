"""A pretended second device, for machines that have none: it calculates, and refuses to mix.

Inside `pretended()`, tensors on the device "meta" have values after all. As on a GPU, an operation
that gets tensors from here and from there raises RuntimeError, and numpy can't read those there.
"""

import contextlib

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")
COPIES = {torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default}
INDEXED = {torch.ops.aten.index.Tensor, torch.ops.aten.index_put_.default}  # by indices from here


class Elsewhere(torch.Tensor):
    """A tensor on the pretended device; its values are kept in `here`."""

    @staticmethod
    def __new__(cls, here):
        tensor = torch.Tensor._make_wrapper_subclass(
            cls, here.size(), here.stride(), here.storage_offset(), dtype=here.dtype,
            device=DEVICE, requires_grad=here.requires_grad)
        tensor.here = here
        return tensor

    def __repr__(self):
        return f"Elsewhere({self.here})"

    def tolist(self):
        return self.here.tolist()

    @classmethod
    def __torch_dispatch__(cls, function, types, arguments=(), options=None):
        with _Device():
            return function(*arguments, **options or {})


class _Device(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        options = dict(options or {})
        tensors = [leaf for leaf in tree_leaves((arguments, options))
                   if isinstance(leaf, torch.Tensor)]
        are_there = [isinstance(tensor, Elsewhere) for tensor in tensors]
        named = options.get("device")
        if named is not None:
            options["device"] = "cpu"
        is_there = any(are_there) if named is None else torch.device(named) == DEVICE
        if function not in COPIES:
            mixed = tensors[:1] if function in INDEXED else tensors
            large = {isinstance(tensor, Elsewhere) for tensor in mixed if tensor.ndim}
            if len(large) > 1:
                raise RuntimeError(f"{function}: expected all tensors to be on the same device")
        bring = lambda value: value.here if isinstance(value, Elsewhere) else value  # noqa: E731
        result = function(*tree_map(bring, arguments), **tree_map(bring, options))
        if function._schema.is_mutable:  # what has been changed in place is returned as it is
            changed = {id(bring(tensor)): tensor for tensor in tensors}
            return tree_map(lambda value: changed.get(id(value), value), result)
        if not is_there:
            return result
        return tree_map(lambda value: Elsewhere(value) if isinstance(value, torch.Tensor)
                        else value, result)


class _Factory(TorchFunctionMode):
    """`torch.tensor` forgets the values for the device "meta" before the mode above hears of it."""

    def __torch_function__(self, function, types, arguments=(), options=None):
        options = dict(options or {})
        device = options.pop("device", None) if function is torch.tensor else None
        result = function(*arguments, **options)
        return result if device is None else result.to(device)


@contextlib.contextmanager
def pretended():
    """Within it, `.to("meta")` goes to the pretended device and `.cpu()` comes back."""
    with _Device(), _Factory():
        yield DEVICE
