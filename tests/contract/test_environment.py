"""A wrong setting is a line that says which, what stands there and what is right, and ends the program (OPER-01)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from pydantic.fields import FieldInfo
from typer.testing import CliRunner

from singlewindow.card.settings import CardSettings
from singlewindow.cli import app
from singlewindow.contract.environment import WrongSettings, check_all
from singlewindow.customs.settings import CustomsSettings
from singlewindow.kernel.settings import Settings
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.parts import all_parts, check_ports
from singlewindow.launch.settings import LaunchSettings
from tests.test_documents_true import SETTINGS

FIELDS = [(each, name, field) for each in SETTINGS for name, field in each.model_fields.items()]


def test_of_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty is wrong where "none" is not the default; what is no number, choice or address is wrong; a line."""
    for each, name, field in FIELDS:
        for value in ("", "\x1b[31m?"):
            monkeypatch.setenv(f"SINGLEWINDOW_{name.upper()}", value)
            none = field.default in ("", None, ()) and field.default_factory is None
            try:
                each()
                assert none if not value else _takes_any_text(field), (name, value)
            except WrongSettings as wrong:
                assert not (none and not value), (name, value)
                said = str(wrong).splitlines()
                assert len(said) == 2, said
                assert said[1].startswith(
                    f"SINGLEWINDOW_{name.upper()} is {'empty' if not value else repr(value)}, but"
                )
                assert said[1].isprintable()
            monkeypatch.delenv(f"SINGLEWINDOW_{name.upper()}")


def _takes_any_text(field: FieldInfo) -> bool:
    return not field.metadata and any(kind in str(field.annotation) for kind in ("str", "Path"))


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("PORT", "65536", "'65536', but must be a whole number from 1 to 65535 (default: 8000)"),
        ("SESSION_HOURS", "0", "a number above 0 to 100000 (default: 12)"),
        ("DRAIN_SECONDS", "nan", "a number from 0 to 100000"),
        ("TRANSPORT", "mail", "http or folder (default: http)"),
        ("DEMO", "perhaps", "true or false (default: true)"),
        ("CUSTOMS_URL", "http://customs:99999", "begins with http://"),
        ("ALLOWED_ORIGINS", "https://a.example, b.example", "https://example.com:8443"),
        ("CARD_ORIGINS", "https://a.example/page", "https://example.com:8443"),
        ("CONSOLIDATED_RATE_DAYS", "2026-02-30", "days as 2026-07-01"),
        ("APPOINTMENT_WINDOW", "half", "whole or start"),
        ("CARD_PKCS11_SLOT", "first", "a whole number"),
    ],
)
def test_what_is_right_is_said(name: str, value: str, right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"SINGLEWINDOW_{name}", value)
    with pytest.raises(WrongSettings) as wrong:
        check_all()
    assert right in str(wrong.value)


def test_a_password_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINGLEWINDOW_DATABASE_URL", "mysql://owner:secret@db/portal")
    monkeypatch.setenv("SINGLEWINDOW_PORT", "a")
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 1
    assert "secret" not in result.output
    assert "SINGLEWINDOW_DATABASE_URL" in result.output
    assert "SINGLEWINDOW_PORT" in result.output


def test_an_address_that_is_not_this_computer_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not told as a port that is in use."""
    for host in ("no.such.host.invalid", "192.0.2.1", "a" * 300):
        monkeypatch.setenv("SINGLEWINDOW_HOST", host)
        with pytest.raises(LaunchError, match="SINGLEWINDOW_HOST is"):
            check_ports(all_parts(LaunchSettings()))


def test_a_program_ends_with_the_line_alone() -> None:
    environment = os.environ | {"SINGLEWINDOW_CARD_PORT": "", "SINGLEWINDOW_CARD_PKCS11_SLOT": "x"}
    command = (sys.executable, "-m", "singlewindow.card")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 3, done.stderr


@pytest.mark.parametrize(
    ("public", "origin"),
    [
        ("http://10.0.0.5:{port}", "http://10.0.0.5:{port}"),
        ("https://Window.Example:443/", "https://window.example"),
        ("http://[fd00::5]:{port}/desk", "http://[fd00::5]:{port}"),
    ],
)
def test_pages_under_an_address_that_the_installation_says_is_its_own_may_change_something(
    public: str, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPER-01: a computer for each of a class. No other setting is needed at portal, customs and the trainer's card
    service; neither side takes the other's pages."""
    for name, port in (("PORTAL", 8000), ("CUSTOMS", 8001)):
        monkeypatch.setenv(f"SINGLEWINDOW_{name}_URL", public.format(port=port))
    monkeypatch.setenv("SINGLEWINDOW_HOST", "0.0.0.0")
    for name, value in LaunchSettings().environment({}).items():
        monkeypatch.setenv(name, value)
    sides = {8000: Settings().origins, 8001: CustomsSettings().origins}
    for port, origins in sides.items():
        assert origin.format(port=port) in origins
        assert {f"http://127.0.0.1:{port}", f"http://localhost:{port}"} <= origins
        assert origin.format(port=port) in CardSettings().origins
    assert "{port}" not in origin or origin.format(port=8001) not in sides[8000]


def test_further_origins_are_taken_as_browsers_name_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-04: also one that was written with a slash at its end, or with the port that goes without saying."""
    monkeypatch.setenv("SINGLEWINDOW_ALLOWED_ORIGINS", "https://A.example/, https://b.example:443")
    monkeypatch.setenv("SINGLEWINDOW_PORT", "80")
    own = {"http://127.0.0.1", "http://localhost"}
    assert Settings().origins == own | {"https://a.example", "https://b.example"}
