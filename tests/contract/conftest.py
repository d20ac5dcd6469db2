"""Amazon's models and samples, where they lie beside the checkout."""

import pytest

from tests.shared import SHARED
from tests.simulator.conftest import amazon, seller  # noqa: F401

from .models import Models


@pytest.fixture(scope="session")
def shared():
    """The folder of facts: ``AMAZON_SHARED`` or ``../shared`` beside the project."""
    if not (SHARED / "spec").is_dir():
        pytest.skip(
            f"Amazon's API models are not at {SHARED}/spec; set AMAZON_SHARED to the "
            "folder that holds them."
        )
    return SHARED


@pytest.fixture(scope="session")
def models(shared):
    return Models(shared / "spec")
