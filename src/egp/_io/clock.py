"""The clock of the machine, which a client goes by unless it is given another."""

from __future__ import annotations

import random
import time

from egp._core.clock import Clock

__all__ = ["SYSTEM_CLOCK"]

SYSTEM_CLOCK = Clock(monotonic=time.monotonic, time=time.time, random=random.random)
