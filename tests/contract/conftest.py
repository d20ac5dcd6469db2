"""Amazon's models and samples, where they lie beside the checkout."""

import os
from pathlib import Path

import pytest

from tests.simulator import Simulator
from tests.simulator.testing import Caller

from .models import Models

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared():
    """The folder of facts: ``AMAZON_SHARED`` or ``../shared`` beside the project."""
    path = Path(os.environ.get("AMAZON_SHARED") or ROOT.parent / "shared")
    if not (path / "spec").is_dir():
        pytest.skip(
            f"Amazon's API models are not at {path}/spec; set AMAZON_SHARED to the "
            "folder that holds them."
        )
    return path


@pytest.fixture(scope="session")
def models(shared):
    return Models(shared / "spec")


@pytest.fixture
def amazon():
    with Simulator(rate_scale=0) as simulator:
        yield simulator


@pytest.fixture
def seller(amazon):
    return Caller(amazon.url, "eu")
