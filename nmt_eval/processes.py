"""The processes of one training: this one, or those that ``accelerate launch`` has started, a GPU
each. What they share are sums; nothing else of the training knows of them."""

import datetime
import os

import torch


class Processes:
    """``count`` processes, this one being ``number``, which computes on ``device``."""

    def __init__(self, device=None):
        """device: a torch device's name where this process is alone; by default a GPU if any."""
        self.count, self.number, self._state = int(os.environ.get("WORLD_SIZE", "1")), 0, None
        has_gpu = torch.cuda.is_available()
        if self.count == 1:
            self.device = torch.device(device or ("cuda" if has_gpu else "cpu"))
            return
        from accelerate import PartialState

        # The others wait while the first prepares the data, which may take hours of many pairs.
        self._state = PartialState(cpu=not has_gpu, timeout=datetime.timedelta(days=2))
        self.number, self.device = self._state.process_index, self._state.device

    @property
    def is_first(self):
        """Whether this process writes files and shows progress."""
        return self.number == 0

    def add_up(self, tensor):
        """Puts the sum of all processes' tensors into ``tensor``."""
        if self.count > 1:
            from accelerate.utils import reduce

            tensor.copy_(reduce(tensor, "sum"))

    def take_first(self, tensor):
        """Puts the first process's values into ``tensor``."""
        if self.count > 1:
            from accelerate.utils import broadcast

            tensor.copy_(broadcast(tensor))

    def wait(self):
        """Returns when all processes have come here."""
        if self.count > 1:
            self._state.wait_for_everyone()
