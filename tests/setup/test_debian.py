import pytest

from setup.lib import chromium, debian
from setup.lib.messages import SetupError

needs_apt = pytest.mark.skipif(
    not (debian.has_apt() and debian.KEYRING.exists()),
    reason="apt-get or Debian's keys are not on this machine",
)


def test_only_debians_main_archive_is_a_mirror_of_it():
    targets = """\
http://mirror.test/debian/|Debian|Debian
http://mirror.test/debian/|Debian|Debian
http://mirror.test/debian-security/|Debian|Debian-Security
https://node.test/|Node Source|Node Source
http://other.test/debian/|Debian|Debian
http://unread.test/||
"""
    assert debian.mirrors(targets) == [
        "http://mirror.test/debian/",
        "http://other.test/debian/",
    ]


def test_without_apt_the_other_ways_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError) as refused:
        debian.Archive(tmp_path / "apt", ["sid"])
    assert "apt-get is missing" in str(refused.value)
    assert "ODOO_SOURCE=" in refused.value.remedy


@needs_apt
def test_an_archive_without_debians_signature_is_refused(tmp_path, monkeypatch):
    suite = tmp_path / "mirror" / "dists" / "sid"
    (suite / "main").mkdir(parents=True)
    (suite / "Release").write_text("Origin: Debian\nSuite: sid\nComponents: main\n")
    monkeypatch.setenv("DEBIAN_MIRROR", f"file:{tmp_path / 'mirror'}/")
    with pytest.raises(SetupError, match="could not be read") as refused:
        debian.Archive(tmp_path / "apt", ["sid"])
    assert "not signed" in str(refused.value)


@needs_apt
def test_a_mirror_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("DEBIAN_MIRROR", f"file:{tmp_path / 'nothing'}/")
    with pytest.raises(SetupError) as refused:
        debian.Archive(tmp_path / "apt", ["sid"])
    assert "Check the network" in refused.value.remedy


def test_who_may_not_install_is_told_the_command(monkeypatch):
    monkeypatch.setattr(debian, "may_install", lambda: False)
    with pytest.raises(SetupError) as refused:
        debian.install(["postgresql"], "A PostgreSQL server")
    assert str(refused.value) == (
        "A PostgreSQL server is missing.\nAs root: apt-get install -y postgresql"
    )


def test_without_a_browser_the_tests_that_need_one_are_skipped(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.ensure() is None
    assert "browser tests will be skipped" in capsys.readouterr().err

    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    assert chromium.ensure() == str(browser)
