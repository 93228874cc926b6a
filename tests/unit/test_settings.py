"""The environment becomes a settings class, or the function does not start."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from inspect import getdoc
from typing import Any

import pytest

from ticketrouter import settings
from ticketrouter.domain.errors import ConfigError, MissingSettingError

CLASSES = [
    value
    for name, value in vars(settings).items()
    if name.endswith("Settings") and is_dataclass(value) and isinstance(value, type)
]
QUERY = {
    "CACHE_URL_SECRET_ARN": "arn:cache",
    "EXPRESS_QUEUE_URL": "express",
    "STANDARD_QUEUE_URL": "standard",
    "ALERT_QUEUE_URL": "alerts",
    "DESTINATIONS_PARAMETER": "/router/destinations",
}
DISPATCHER = {
    "CACHE_URL_SECRET_ARN": "arn:cache",
    "ALERT_QUEUE_URL": "alerts",
    "DESTINATIONS_PARAMETER": "/router/destinations",
    "DESTINATION_SECRETS_ARN": "arn:destinations",
}


def test_there_is_one_class_for_each_function() -> None:
    assert len(CLASSES) == 7


def test_texts_stay_and_numbers_become_numbers() -> None:
    loaded = settings.load(settings.QuerySettings, {**QUERY, "RECORD_TTL_S": "86400"})

    assert loaded.EXPRESS_QUEUE_URL == "express"
    assert loaded.RECORD_TTL_S == 86_400
    assert loaded.DEADLINE_S == 3_600  # the default


def test_an_empty_variable_is_an_unset_one() -> None:
    assert settings.load(settings.QuerySettings, {**QUERY, "DEADLINE_S": ""}).DEADLINE_S == 3_600
    with pytest.raises(MissingSettingError, match="ALERT_QUEUE_URL"):
        settings.load(settings.QuerySettings, {**QUERY, "ALERT_QUEUE_URL": ""})


def test_what_nobody_reads_is_ignored() -> None:
    assert settings.load(settings.AuthorizerSettings, {"API_KEYS_SECRET_ARN": "arn:keys", "PATH": "/bin"})


@pytest.mark.parametrize(("raw", "value"), [("true", True), ("True", True), ("false", False), ("FALSE", False)])
def test_yes_and_no(raw: str, value: bool) -> None:
    loaded = settings.load(settings.DispatcherSettings, {**DISPATCHER, "ALLOW_LOOPBACK_WEBHOOKS": raw})
    assert loaded.ALLOW_LOOPBACK_WEBHOOKS is value


@pytest.mark.parametrize("raw", ["1", "yes", "on", " true"])
def test_what_is_neither_yes_nor_no_is_refused(raw: str) -> None:
    with pytest.raises(MissingSettingError, match="ALLOW_LOOPBACK_WEBHOOKS must be bool"):
        settings.load(settings.DispatcherSettings, {**DISPATCHER, "ALLOW_LOOPBACK_WEBHOOKS": raw})


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(MissingSettingError) as raised:
        settings.load(settings.QuerySettings, {"CACHE_URL_SECRET_ARN": "arn:cache", "DEADLINE_S": "an hour"})

    message = str(raised.value)
    assert message.startswith("QuerySettings: ")
    for name in (*QUERY, "DEADLINE_S"):
        assert (name in message) == (name != "CACHE_URL_SECRET_ARN")
    assert "RECORD_TTL_S" not in message
    assert isinstance(raised.value, ConfigError)


def test_without_an_argument_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEYS_SECRET_ARN", "arn:keys")
    assert settings.load(settings.AuthorizerSettings).API_KEYS_SECRET_ARN == "arn:keys"
    monkeypatch.delenv("API_KEYS_SECRET_ARN")
    with pytest.raises(MissingSettingError):
        settings.load(settings.AuthorizerSettings)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_setting_is_described_and_shouts(cls: type[Any]) -> None:
    for setting in fields(cls):
        assert f"    {setting.name}: " in (getdoc(cls) or ""), setting.name
        assert setting.name == setting.name.upper()


def test_the_same_name_means_the_same_everywhere() -> None:
    seen: dict[str, tuple[Any, Any]] = {}
    for cls in CLASSES:
        for setting in fields(cls):
            meaning = (setting.type, setting.default)
            assert seen.setdefault(setting.name, meaning) == meaning, f"{cls.__name__}.{setting.name}"
