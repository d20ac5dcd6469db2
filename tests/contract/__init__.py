"""Tests against Amazon's own models of its API (``../shared/spec``)."""
