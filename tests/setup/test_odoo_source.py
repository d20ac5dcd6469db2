import sys

import pytest

from setup.lib import odoo_source
from setup.lib.messages import SetupError


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch):
    monkeypatch.delenv("ODOO_SOURCE", raising=False)
    monkeypatch.delenv("ODOO_PYTHON", raising=False)


def make_checkout(folder, series="(19, 0, 0, FINAL, 0, '')"):
    """Something laid out like Odoo's source."""
    (folder / "odoo" / "addons" / "base").mkdir(parents=True)
    (folder / "odoo" / "addons" / "base" / "__manifest__.py").write_text("{}")
    (folder / "addons" / "sale").mkdir(parents=True)
    (folder / "addons" / "sale" / "__manifest__.py").write_text("{}")
    (folder / "odoo" / "release.py").write_text(
        "FINAL = 'final'\n"
        f"version_info = {series}\n"
        "version = '.'.join(str(s) for s in version_info[:2])\n"
    )
    return folder


def test_a_checkout_is_taken_where_one_is_named(tmp_path, monkeypatch):
    folder = make_checkout(tmp_path / "odoo")
    monkeypatch.setenv("ODOO_SOURCE", str(folder))
    found = odoo_source.find()
    assert found.search_path == (folder,)
    assert set(found.addons) == {folder / "addons", folder / "odoo" / "addons"}
    assert found.version.startswith("19.0-")
    assert not found.with_requirements


def test_another_state_of_a_checkout_is_another_version(tmp_path, monkeypatch):
    folder = make_checkout(tmp_path / "odoo")
    monkeypatch.setenv("ODOO_SOURCE", str(folder))
    before = odoo_source.find().version
    with (folder / "odoo" / "release.py").open("a") as release:
        release.write("# changed\n")
    assert odoo_source.find().version != before


def test_a_folder_without_odoo_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_SOURCE", str(tmp_path))
    with pytest.raises(SetupError, match="is no Odoo source"):
        odoo_source.find()


def test_another_series_is_refused(tmp_path, monkeypatch):
    make_checkout(tmp_path, series="(18, 0, 0, FINAL, 0, '')")
    monkeypatch.setenv("ODOO_SOURCE", str(tmp_path))
    with pytest.raises(SetupError, match="Odoo 18.0; this addon is for Odoo 19.0"):
        odoo_source.find()


def test_a_python_without_odoo_is_refused(tmp_path, monkeypatch):
    # Isolated: it sees the standard library only.
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setenv("ODOO_PYTHON", str(bare))
    with pytest.raises(SetupError, match="cannot import odoo") as refused:
        odoo_source.find()
    assert "No module named 'odoo'" in str(refused.value)


def test_a_python_that_does_not_exist_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_PYTHON", str(tmp_path / "python"))
    with pytest.raises(SetupError, match="is missing"):
        odoo_source.find()


def test_a_python_with_odoo_brings_its_packages(tmp_path, monkeypatch):
    folder = make_checkout(tmp_path / "site")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    monkeypatch.setenv("ODOO_PYTHON", str(python))
    found = odoo_source.find()
    assert found.with_requirements
    assert folder in found.search_path
    assert folder / "addons" in found.addons
