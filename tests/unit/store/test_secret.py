# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets at rest."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.store.errors import SecretError
from ansible_collections.nfv.mano.plugins.module_utils.store.secret import Cipher


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A key file that only its owner can read."""
    path = tmp_path / 'key'
    path.write_text('correct horse\n', encoding='utf-8')
    path.chmod(0o600)
    return path


def test_what_is_encrypted_can_be_decrypted_by_another_process() -> None:
    text = Cipher(passphrase='correct horse').encrypt('-----BEGIN KEY-----\nä\n')
    assert Cipher(passphrase='correct horse').decrypt(text) == '-----BEGIN KEY-----\nä\n'
    assert text.isascii()
    assert 'BEGIN' not in text


def test_a_key_file_is_a_passphrase_in_a_file(key_file: Path) -> None:
    text = Cipher(key_file=str(key_file)).encrypt('secret')
    assert Cipher(passphrase='correct horse').decrypt(text) == 'secret'


def test_equal_texts_do_not_look_equal() -> None:
    cipher = Cipher(passphrase='x')
    texts = {cipher.encrypt('secret'), cipher.encrypt('secret'), Cipher(passphrase='x').encrypt('secret')}
    assert len(texts) == 3
    assert {cipher.decrypt(text) for text in texts} == {'secret'}


def test_another_passphrase_is_told() -> None:
    text = Cipher(passphrase='one').encrypt('secret')
    with pytest.raises(SecretError, match='passphrase: does not decrypt this: it is not the one that encrypted it'):
        Cipher(passphrase='two').decrypt(text)


@pytest.mark.parametrize('damage', [
    lambda text: '', lambda text: 'secret', lambda text: 'nfv2' + text[4:], lambda text: text[:-5],
    lambda text: text.replace('$gAAA', '$gAAB'), lambda text: 'nfv1$$' + text.rsplit('$', 1)[1], lambda text: 'nfv1$a$b$c',
])
def test_a_damaged_text_is_told(damage: Any) -> None:
    cipher = Cipher(passphrase='one')
    with pytest.raises(SecretError):
        cipher.decrypt(damage(cipher.encrypt('secret')))


@pytest.mark.parametrize('mode', [0o640, 0o604, 0o660, 0o644, 0o777])
def test_a_key_file_that_others_can_read_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(SecretError, match=rf'key: can be read by others \(mode 0{mode:o}\); make it 0600'):
        Cipher(key_file=str(key_file))


@pytest.mark.parametrize('mode', [0o600, 0o400])
def test_stricter_is_fine(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    Cipher(key_file=str(key_file))


def test_an_empty_or_missing_key_file(key_file: Path) -> None:
    key_file.write_text('\n', encoding='utf-8')
    with pytest.raises(SecretError, match='key: is empty'):
        Cipher(key_file=str(key_file))
    with pytest.raises(SecretError, match='nokey: can not be read: No such file'):
        Cipher(key_file=str(key_file.parent / 'nokey'))


@pytest.mark.parametrize('given', [{}, {'passphrase': ''}, {'passphrase': 'x', 'key_file': '/y'}])
def test_exactly_one_is_needed(given: dict[str, str]) -> None:
    with pytest.raises(SecretError, match='exactly one of passphrase and key_file'):
        Cipher(**given)


def test_without_the_library_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *arguments: Any, **named: Any) -> Any:
        if name.startswith('cryptography'):
            raise ImportError(name)
        return real(name, *arguments, **named)
    cipher = Cipher(passphrase='x')
    monkeypatch.setattr(builtins, '__import__', refuse)
    with pytest.raises(SecretError, match='needs the Python package cryptography'):
        cipher.encrypt('secret')
