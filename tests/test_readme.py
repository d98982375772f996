"""What the README says of the network is what comes out today."""

import re

import pytest

from tools.publishing import describe_network


def test_the_network_is_described_as_it_is():
    (_, said), = describe_network.BLOCK.findall(describe_network.README.read_text("utf-8"))
    now = describe_network.description()
    number = r"\d[\d,.]*"
    assert re.sub(number, "0", said) == re.sub(number, "0", now)
    for one, other in zip(re.findall(number, said), re.findall(number, now)):
        # Elsewhere an image on the border may be read differently.
        one, other = (float(text.replace(",", "")) for text in (one, other))
        assert one == pytest.approx(other, abs=0.03)
