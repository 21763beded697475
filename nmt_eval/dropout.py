"""Dropout whose masks follow from a seed alone, in whatever thread and order parts are computed."""

import numpy as np
import torch
import torch.nn.functional as F


class Dropout:
    """``dropout(x, share)`` for one part of an update (Srivastava et al. 2014).

    seed: ints that name the part. On a CPU a byte decides on each value, so that a share is one
    of 256: torch's own generator, which draws four bytes a value on one core, would cost a tenth
    of a step.
    """

    def __init__(self, device, seed):
        self._rng = None
        if device.type == "cpu":
            self._rng = np.random.Generator(np.random.SFC64(seed))
        else:
            torch.manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))

    def __call__(self, x, share):
        if self._rng is None:
            return F.dropout(x, share)
        lost = round(share * 256)
        draws = self._rng.integers(0, 2**64, -(-x.numel() // 8), dtype=np.uint64)
        draws = torch.from_numpy(draws.view(np.uint8)[: x.numel()]).view(x.shape)
        return x * (draws >= lost).to(x.dtype).mul_(256 / (256 - lost))
