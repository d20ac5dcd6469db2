"""Where the facts lie that the project shares: Amazon's models, golden files."""

import os
from pathlib import Path

#: ``AMAZON_SHARED``, or ``../shared`` beside the project; tests skip without it.
SHARED = Path(
    os.environ.get("AMAZON_SHARED") or Path(__file__).resolve().parents[2] / "shared"
)
