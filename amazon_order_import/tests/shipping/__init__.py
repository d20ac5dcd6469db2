"""Parcels told to Amazon, and what is to ship by when."""
