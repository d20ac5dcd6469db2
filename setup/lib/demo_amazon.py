"""Speaking with the simulated Amazon by its control endpoints."""

import requests


def ask(simulator, name, **query):
    """The answer of one of the control endpoints of the simulator at an address."""
    answer = requests.get(f"{simulator}/_control/{name}", params=query, timeout=60)
    answer.raise_for_status()
    return answer.json()


def tell(simulator, name, **body):
    """Steers the simulator by one of its control endpoints; its answer."""
    answer = requests.post(f"{simulator}/_control/{name}", json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()
