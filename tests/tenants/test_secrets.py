import base64
import os
import stat
from uuid import uuid4

import pytest

from tenants.secrets import SecretsError, Vault
from tenants.settings import StoreSettings

KEY = base64.b64encode(bytes(32)).decode()


def settings(tmp_path, **values):
    return StoreSettings(home=tmp_path / "home", **values)


def test_a_sealed_key_opens_for_its_tenant_and_provider_only():
    vault, acme, other = Vault(os.urandom(32)), uuid4(), uuid4()
    sealed = vault.seal(acme, "apollo", "sim-kéy")
    assert vault.open(acme, "apollo", sealed) == "sim-kéy"
    for tenant_id, provider in ((other, "apollo"), (acme, "hunter")):
        with pytest.raises(SecretsError, match="another tenant"):
            vault.open(tenant_id, provider, sealed)


def test_a_sealed_key_does_not_open_with_another_master_key_nor_when_it_was_touched():
    vault, acme = Vault(os.urandom(32)), uuid4()
    sealed = vault.seal(acme, "apollo", "sim-key")
    with pytest.raises(SecretsError, match="another master key"):
        Vault(os.urandom(32)).open(acme, "apollo", sealed)
    for place in (0, 12, len(sealed) - 1):
        touched = bytearray(sealed)
        touched[place] ^= 1
        with pytest.raises(SecretsError):
            vault.open(acme, "apollo", bytes(touched))


def test_nothing_of_a_key_can_be_read_in_what_is_sealed_and_no_two_seals_are_alike():
    vault, acme = Vault(os.urandom(32)), uuid4()
    first, second = (vault.seal(acme, "apollo", "sim-secret-key") for _ in range(2))
    assert b"secret" not in first
    assert first[:12] != second[:12]
    assert first != second


def test_a_master_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    acme = uuid4()
    sealed = Vault.from_settings(settings(tmp_path)).seal(acme, "apollo", "sim-key")
    assert stat.S_IMODE((tmp_path / "home" / "master.key").stat().st_mode) == 0o600
    assert Vault.from_settings(settings(tmp_path)).open(acme, "apollo", sealed) == "sim-key"


def test_a_configured_master_key_leaves_nothing_in_the_home(tmp_path):
    acme = uuid4()
    sealed = Vault.from_settings(settings(tmp_path, master_key=KEY)).seal(acme, "apollo", "sim-key")
    assert Vault(bytes(32)).open(acme, "apollo", sealed) == "sim-key"
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "key", ["", "not base64!", "ümlaut", base64.b64encode(bytes(31)).decode(), KEY + "\n"]
)
def test_a_wrong_master_key_is_refused_by_the_name_of_its_setting(tmp_path, key):
    with pytest.raises(SecretsError, match="LEADMILL_MASTER_KEY"):
        Vault.from_settings(settings(tmp_path, master_key=key))


def test_a_spoilt_key_file_is_refused_by_its_name(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "master.key").write_text("spoilt")
    with pytest.raises(SecretsError, match=r"master\.key"):
        Vault.from_settings(settings(tmp_path))


def test_two_processes_that_make_the_master_key_at_once_have_the_same_one(tmp_path, monkeypatch):
    opened, others = os.open, []

    def open_and_be_overtaken(path, flags, *rest, **more):
        descriptor = opened(path, flags, *rest, **more)
        if flags & os.O_EXCL and not others:
            others.append(None)
            others[0] = Vault.from_settings(settings(tmp_path))  # the other process, before we have written
        return descriptor

    monkeypatch.setattr(os, "open", open_and_be_overtaken)
    ours, acme = Vault.from_settings(settings(tmp_path)), uuid4()
    assert ours.open(acme, "apollo", others[0].seal(acme, "apollo", "sim-key")) == "sim-key"


def test_whoever_asks_whether_there_is_a_master_key_makes_none(tmp_path):
    settings = StoreSettings(home=tmp_path)
    assert not Vault.is_there(settings)
    assert list(tmp_path.iterdir()) == []
    Vault.from_settings(settings)
    assert Vault.is_there(settings)
    assert Vault.is_there(StoreSettings(home=tmp_path / "elsewhere", master_key="A" * 43 + "="))
