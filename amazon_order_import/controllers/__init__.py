"""Pages that Amazon sends a browser to."""

from . import amazon_authorization
