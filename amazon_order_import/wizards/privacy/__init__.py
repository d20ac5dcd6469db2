"""The dialogue that forgets one buyer on demand."""

from . import amazon_privacy_request
