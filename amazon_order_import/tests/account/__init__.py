"""The connection with Amazon, against the simulator."""
