# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words by which an object is found: names and their endings, ids, MAC and IP addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

_MAC = re.compile(r'[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}')
_SEPARATORS = re.compile(r'[-_./: ]+')
#: Attributes that hold addresses, at any depth.
_ADDRESSES = ('mac_address', 'mac', 'ip_address', 'fixed_ips', 'addresses', 'ip', 'floating_ip_address', 'fixed_ip_address',
              'host_ip', 'local_ip', 'gateway_ips')
#: An object is found by so many words at most: an instance with a thousand addresses is rather a mistake.
MOST = 64


def words_of(object_id: str, document: Mapping[str, Any]) -> list[str]:
    """Lower-case words of an object, none twice."""
    found = dict.fromkeys([object_id.lower(), *name_words(str(document['name'])), *name_words(str(document['object_name']))])
    for key in _ADDRESSES:
        for word in _addresses(document['attributes'].get(key)):
            found.setdefault(word)
    return list(found)[:MOST]


def name_words(name: str) -> Iterator[str]:
    """A name and what it ends in behind each separator: one finds ``edge1-web-front-0`` by any of ``edge1``, ``web-f``."""
    text = name.lower()
    yield text
    for separator in _SEPARATORS.finditer(text):
        if text[separator.end():]:
            yield text[separator.end():]


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield normal(value)
    elif isinstance(value, Mapping):
        for inside in value.values():
            yield from _addresses(inside)
    elif isinstance(value, (list, tuple)):
        for inside in value:
            yield from _addresses(inside)


def normal(text: str) -> str:
    """A word as it is kept: lower case; a MAC address with colons; an IP address in its shortest form."""
    text = text.strip().lower()
    if _MAC.fullmatch(text):
        return text.replace('-', ':')
    try:
        return str(ipaddress.ip_address(text.partition('/')[0])) if ':' in text or text.count('.') == 3 else text
    except ValueError:
        return text
