"""The README is short, in every state, and says of the network what comes out today."""

import re

import pytest

from tools.publishing import describe_network
from tools.publishing.address import PLACEHOLDER, readme_with_address


def test_the_network_is_described_as_it_is():
    (_, said), = describe_network.BLOCK.findall(describe_network.README.read_text("utf-8"))
    now = describe_network.description()
    number = r"\d[\d,.]*"
    assert re.sub(number, "0", said) == re.sub(number, "0", now)
    for one, other in zip(re.findall(number, said), re.findall(number, now)):
        # Elsewhere an image on the border may be read differently.
        one, other = (float(text.replace(",", "")) for text in (one, other))
        assert one == pytest.approx(other, abs=0.03)


@pytest.mark.parametrize("address", [PLACEHOLDER, "https://github.com/someone/course"])
def test_it_is_short_and_begins_with_a_command(address):
    text = readme_with_address(describe_network.README.read_text("utf-8"), address)
    assert len(text.split()) <= 1300
    command = re.search(r"^```sh\n(.+?)^```$", text, re.MULTILINE | re.DOTALL)
    assert command[1].splitlines()[-1] == "make lab"
    assert len(text[:command.start()].split()) < 140  # on the first screen, with the picture
