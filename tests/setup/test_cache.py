import subprocess
import sys
from pathlib import Path

import pytest

from setup.lib import cache
from setup.lib.messages import SetupError

CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_cache_follows_xdg(cache_home, monkeypatch):
    assert cache.root() == cache_home / "amazon_order_import"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert cache.root() == Path("/home/somebody/.cache/amazon_order_import")


def test_an_interrupted_build_is_begun_anew(cache_home):
    target = cache.root() / "things" / "one"

    def interrupted(folder):
        (folder / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.make_once(target, interrupted)
    cache.make_once(target, lambda folder: (folder / "whole").write_text("whole"))
    assert not (target / "half").exists()
    assert (target / "whole").exists()


def test_what_is_complete_is_not_built_again(cache_home):
    target = cache.root() / "things" / "one"
    cache.make_once(target, lambda folder: None)

    def unwanted(folder):
        raise AssertionError("built twice")

    cache.make_once(target, unwanted)


def test_two_processes_build_once(cache_home):
    program = """
import time
from setup.lib import cache
def build(folder):
    with (cache.root() / "builds").open("a") as log:
        log.write("built\\n")
    time.sleep(0.5)
    (folder / "content").write_text("content")
target = cache.make_once(cache.root() / "things" / "one", build)
assert (target / "content").read_text() == "content"
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", program], cwd=CHECKOUT)
        for _ in range(3)
    ]
    assert [process.wait(30) for process in processes] == [0, 0, 0]
    assert (cache.root() / "builds").read_text() == "built\n"


def test_only_the_last_used_siblings_stay(cache_home):
    folder = cache.root() / "things"
    for name in "abcd":
        cache.make_once(folder / name, lambda place: None, keep=2)
    cache.make_once(folder / "c", lambda place: None, keep=2)
    cache.make_once(folder / "e", lambda place: None, keep=2)
    assert {path.name for path in folder.iterdir()} == {"c", "e"}


def test_a_tree_is_known_by_names_and_contents(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.py").write_text("a")
    (tmp_path / "tests").mkdir()
    first = cache.tree_digest(tmp_path, ("tests",))

    (tmp_path / "tests" / "test_a.py").write_text("left out")
    (tmp_path / "models" / "__pycache__").mkdir()
    (tmp_path / "models" / "__pycache__" / "a.pyc").write_text("compiled")
    assert cache.tree_digest(tmp_path, ("tests",)) == first

    (tmp_path / "models" / "tests").write_text("only the top folder is left out")
    second = cache.tree_digest(tmp_path, ("tests",))
    assert second != first

    (tmp_path / "models" / "a.py").write_text("b")
    third = cache.tree_digest(tmp_path, ("tests",))
    (tmp_path / "models" / "a.py").rename(tmp_path / "models" / "b.py")
    assert len({first, second, third, cache.tree_digest(tmp_path, ("tests",))}) == 4


def test_too_little_space_is_said_beforehand(cache_home):
    cache.need_space(1, "A trifle")
    with pytest.raises(SetupError, match="Something huge needs about 9999999999 MB"):
        cache.need_space(9_999_999_999, "Something huge")
