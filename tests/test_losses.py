import pytest
import torch
import torch.nn.functional as F

from mnist_adder_lib import joint_loss, loss_with_agreement


def agreement_of(*answers):
    """What the loss with agreement adds to its fifth of the joint loss, whole."""
    return (loss_with_agreement(*answers) - joint_loss(*answers) / 5) * 5 / 4


def test_the_loss_is_the_sum_of_two_cross_entropies():
    digit_logits, sum_logits = torch.randn(5, 10), torch.randn(5, 19)
    digits, totals = torch.arange(5), torch.arange(5) * 4
    expected = [-(logits.softmax(1)[range(5), classes].log()).mean()
                for logits, classes in ((digit_logits, digits), (sum_logits, totals))]
    assert torch.allclose(joint_loss(digit_logits, sum_logits, digits, totals), sum(expected))
    one_hot = F.one_hot(digits, 10).float(), F.one_hot(totals, 19).float()
    assert torch.allclose(joint_loss(digit_logits, sum_logits, *one_hot), sum(expected))


@pytest.mark.parametrize("number", [0, 4, 9])
def test_agreement_is_the_cross_entropy_of_both_with_their_mean(number):
    by_digit, other = torch.randn(1, 10, requires_grad=True), torch.randn(10)
    by_sum = torch.full((1, 19), -1000.0)
    by_sum[:, number : number + 10] = by_digit.detach()
    agreement_of(by_digit, by_sum, torch.tensor([3]), torch.tensor([3 + number])).backward()
    assert by_digit.grad.abs().max() < 1e-5  # they agree: nothing to learn of each other

    by_sum[:, number : number + 10] = other
    one, other = by_digit[0].softmax(dim=0), other.softmax(dim=0)
    expected = -((one + other) / 2 * (one.log() + other.log())).sum()
    digit, total = torch.tensor([3]), torch.tensor([3 + number])
    one_hot = F.one_hot(digit, 10).float(), F.one_hot(total, 19).float()
    for targets in ((digit, total), one_hot):
        loss = agreement_of(by_digit, by_sum, *targets)
        assert loss.item() == pytest.approx(expected.item(), rel=1e-4)
