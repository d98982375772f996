"""Maps of what a decision depends on, and how alike two maps are. Lesson 12 writes most of them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mnist_adder_lib.data import as_input
from mnist_adder_lib.evaluate import in_evaluation

BLACK = as_input(torch.zeros(28, 28)).min().item()  # as the network gets it


def cover(images: Tensor, row: int, column: int, size: int, value: float = BLACK) -> Tensor:
    """The images, (..., rows, columns), with a black patch, as lesson 12 writes it."""
    covered = images.clone()
    covered[..., row:row + size, column:column + size] = value
    return covered


def delete_highest(images: Tensor, importance: Tensor, count: int, black: float) -> Tensor:
    """Copies of images (n, rows, columns), with the `count` highest pixels of each map black."""
    poorer = images.clone()
    for pixels, values in zip(poorer, importance):
        pixels.view(-1)[values.flatten().argsort()[-count:]] = black
    return poorer


def logits_of(model: nn.Module, images: Tensor, digits: Tensor) -> Tensor:
    """The logit of each image's digit, with the number 5: (n,)."""
    numbers = torch.full((len(images),), 5, device=images.device)
    return model(images, numbers)[0].gather(1, digits.view(-1, 1).to(images.device))[:, 0]


def gradient(model: nn.Module, images: Tensor, digits: Tensor) -> Tensor:
    """The gradient of these digits' logits by the pixels, (n, 28, 28): as lesson 12 writes it."""
    pixels = images.detach().clone().requires_grad_()
    return torch.autograd.grad(logits_of(model, pixels, digits).sum(), pixels)[0][:, 0]


def integrated_gradients(model: nn.Module, images: Tensor, digits: Tensor,
                         steps: int = 20) -> Tensor:
    """Integrated gradients from black, (n, 28, 28): as lesson 12 writes it."""
    path = images - BLACK
    slopes = [gradient(model, BLACK + (step + 0.5) / steps * path, digits) for step in range(steps)]
    return path[:, 0] * torch.stack(slopes).mean(dim=0)


def guided_backprop(model: nn.Module, images: Tensor, digits: Tensor) -> Tensor:
    """The gradient of these digits' logits by the pixels, (n, 28, 28), of which each ReLU lets only
    positive parts back, on the images' device. Source: Springenberg and others, arXiv 1412.6806."""
    model = in_evaluation(model)

    def only_positive(layer, grad_input, grad_output):
        return tuple(gradient.clamp(min=0) for gradient in grad_input)

    for layer in model.modules():
        if isinstance(layer, nn.ReLU):
            layer.register_full_backward_hook(only_positive)
    pixels = images.detach().to(next(model.parameters()).device).requires_grad_()
    gradient, = torch.autograd.grad(logits_of(model, pixels, digits).sum(), pixels)
    return gradient[:, 0].to(images.device)


def alike(one: Tensor, other: Tensor) -> float:
    """The correlation of two tensors of the same shape, from -1 to 1; 0 if one of them is the same
    everywhere."""
    one, other = one - one.mean(), other - other.mean()
    spreads = (one**2).mean().sqrt() * (other**2).mean().sqrt()
    return ((one * other).mean() / (spreads + 1e-12)).item()  # no contrast: 0 / 1e-12


def agree(maps: Tensor, other_maps: Tensor, ink: Tensor) -> Tensor:
    """The correlation of each map with the other one of the same image, over the pixels of its ink:
    (n, height, width) three times, to (n,)."""
    return torch.tensor([alike(one[where], other[where])
                         for one, other, where in zip(maps, other_maps, ink)])
