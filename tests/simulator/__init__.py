"""A stand-in for Amazon's selling-partner API, over real HTTP on loopback.

``with Simulator(seed=1) as amazon:`` serves at ``amazon.url``; the same from a
shell: ``python -m tests.simulator --port 8099``. The sellers and their
credentials are in ``world/sellers.py``, what a test may change in ``control.py``
and ``faults.py``.
"""

from .clock import Clock
from .server import Simulator
