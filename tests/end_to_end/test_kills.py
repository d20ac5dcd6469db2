"""Odoo's workers are killed at random moments: nothing is lost, nothing comes twice."""

import os

import pytest

#: As many as wanted, e.g. 200.
KILLS = int(os.environ.get("AMAZON_KILLS", "4"))
SEED = int(os.environ.get("AMAZON_KILLS_SEED", "13"))


@pytest.fixture
def workers(registry, databases, tmp_path):
    from .killing import Workers

    workers = Workers(databases, registry.db_name, tmp_path / "odoo.log")
    yield workers
    workers.stop()


def test_killed_at_random_moments(registry, env, amazon, workers, capsys):
    from .killing import Killing

    killing = Killing(registry, env, amazon, workers, SEED)
    number = 0
    while sum(killing.hits.values()) < KILLS:
        assert number < 3 * KILLS + 6, "killed when nobody was at work"
        phase = killing.PHASES[number % len(killing.PHASES)]
        number += 1
        killing.begin(phase)
        killing.kill_in_the_middle(phase)
        assert killing.half_done() == [], (phase, number)
        killing.settle(phase)
        assert killing.problems() == [], (phase, number)
    with capsys.disabled():
        print(f"\nKilled at work: {dict(killing.hits)} of {dict(killing.kills)}")
