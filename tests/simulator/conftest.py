"""A fresh simulator and a caller of its European seller for each test."""

import pytest

from .server import Simulator
from .testing import START, Caller


@pytest.fixture
def amazon():
    with Simulator(clock=START, rate_scale=0) as simulator:
        yield simulator


@pytest.fixture
def seller(amazon):
    return Caller(amazon.url, "eu")
