"""The matrix products of an encoder, in the precision asked for: where nearly all its time goes."""

import torch

# Bytes from 0 to 127 times signed bytes, summed in pairs, stay below 2^15: the instructions of
# processors without VNNI need that.
_WEIGHT_TOP = 127
_ACTIVATION_TOP = 127
_LEAST_STEP = 1e-12


class FloatLinear:
    """x [n, in] to x @ weight.T + bias [n, width], written to ``out``; all of one floating-point
    type."""

    def __init__(self, weight, bias, dtype, device):
        self._weight = weight.to(device, dtype).contiguous().t()
        self._bias = bias.to(device, dtype)
        self.width = len(weight)

    def __call__(self, x, out):
        return torch.addmm(self._bias, x, self._weight, out=out)


class Int8Linear:
    """The same in whole numbers: weights with a step for each output, activations with a lowest
    value and a step for each row, found as they come; so a row's result depends on no other row.

    x float32 [n, in] to float32 [n, width], written to ``out``. The sums are exact, the same on
    every processor.
    ranges: float [in], how large each input is expected to be; large inputs are made smaller and
    their weights larger, each by the root of what parts them (Xiao et al. 2023, SmoothQuant).
    """

    def __init__(self, weight, bias, ranges=None):
        weight = weight.float()
        self._shrink = None
        if ranges is not None:
            per_input = (ranges.float() / weight.abs().amax(0).clamp_min(_LEAST_STEP)).sqrt()
            per_input /= per_input.mean()
            weight = weight * per_input
            self._shrink = 1 / per_input
        self._steps = (weight.abs().amax(1) / _WEIGHT_TOP).clamp_min_(_LEAST_STEP)
        whole = (weight / self._steps[:, None]).round_()
        # What the lowest value of a row adds to each output.
        self._sums = (whole.sum(1) * self._steps)[None]
        self._packed = torch.ops.onednn.qlinear_prepack(whole.to(torch.int8), None)
        self._zeros = torch.zeros(len(weight), dtype=torch.int32)
        self._bias = bias.float()
        self.width = len(weight)

    def __call__(self, x, out):
        if self._shrink is not None:
            x = x * self._shrink
        low = x.amin(1, keepdim=True)
        steps = (x.amax(1, keepdim=True) - low).div_(_ACTIVATION_TOP).clamp_min_(_LEAST_STEP)
        # To a signed byte and then seen as an unsigned one: many times as fast as to that at once.
        whole = torch.sub(x, low).div_(steps).round_().to(torch.int8).view(torch.uint8)
        sums = torch.ops.onednn.qlinear_pointwise(
            whole,
            1.0,
            0,
            self._packed,
            self._steps,
            self._zeros,
            None,
            1.0,
            0,
            torch.float32,
            "none",
            [],
            "",
        )
        return torch.addmm(self._bias, low, self._sums, out=out).addcmul_(sums, steps)


def has_int8():
    """Whether this build of torch multiplies whole numbers on the CPU."""
    return hasattr(torch.ops.onednn, "qlinear_pointwise") and torch.backends.mkldnn.is_available()
