"""Train adders long after they are right on all pairs that they see, and record when they begin to
add those that they don't.

    python experiments/measure_waiting.py [--ways "decay 3" ...] [--seeds 0 1 ...]

Adds a line for each way of training and seed to assets/waiting.jsonl, which lesson 10 reads:
percent of the sums right, of the seen and of the hidden pairs (whose sum is seen), on the
validation images, after some steps of `wait`. The seed draws the hidden pairs, too.
The adders learn from the embeddings of the network that ships. (Its training knew all hundred
pairs, but an embedding is made of an image alone.)
"""

import torch
from common import ASSETS, command_line, record

from mnist_adder_course.common.hidden_pairs import embedded, wait
from mnist_adder_lib import load_pretrained

SHORT, LONG = 0.01, 0.58  # a length of weights, and the length with which they begin
NO_EPSILON = dict(epsilon=1e-12)  # far smaller than any variance here
DECAYS: dict[str, dict[str, float]] = {
    "decay 3": dict(decay=3),
    "no decay": dict(decay=0),
    "decay before batch norm": dict(decay=0, before=3),
    "decay in the others": dict(decay=3, before=0),
    "short weights": dict(decay=0, length=SHORT),
    # Their steps are as small a part of them as usual steps are of the weights at the beginning.
    "short weights, small steps": dict(decay=0, length=SHORT, rate=0.003 * SHORT / LONG),
}
WAYS = DECAYS | {f"{way}, no epsilon": told | NO_EPSILON for way, told in DECAYS.items()} | {
    "decay 0.01": dict(decay=0.01),
    "length 0.15": dict(decay=0, length=0.15),
    "length 0.15, decay in the others": dict(decay=3, length=0.15),
    "length 0.15, small steps, decay in the others": dict(
        decay=3, length=0.15, rate=0.003 * 0.15 / LONG),
}

if __name__ == "__main__":
    parser = command_line(__doc__, ASSETS / "waiting.jsonl", ways=WAYS)
    parser.set_defaults(seeds=range(10))
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = embedded(load_pretrained())
    for way in options.ways:
        for seed in options.seeds:
            steps, seen, hidden = zip(*wait(data, steps=3000, seed=seed, **WAYS[way]))
            seen, hidden = ([round(right, 1) for right in percent] for percent in (seen, hidden))
            record(dict(way=way, seed=seed, steps=steps, seen=seen, hidden=hidden), options.path)
