# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network service as a document again: plain JSON, with what is as by default left out."""

from __future__ import annotations

import ipaddress
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.kinds import Kind, ListOf, MapOf, Struct
from ansible_collections.nfv.mano.plugins.module_utils.target.model import CloudInit, NetworkService, Vdu
from ansible_collections.nfv.mano.plugins.module_utils.target.network import Subnet
from ansible_collections.nfv.mano.plugins.module_utils.target.parse import attributes
from ansible_collections.nfv.mano.plugins.module_utils.target.resolve import default_vim

_REDACTED = "REDACTED"


def to_document(ns: NetworkService) -> dict[str, Any]:
    """The document that ``load`` makes ``ns`` of. A file's content is not in it, its name is."""
    document = _struct(ns)
    standard = default_vim(ns.vims)
    for name in ("routers", "virtual_links", "affinity_groups", "vnfs"):
        _leave_out_vim(document.get(name, ()), standard)
    for vnf in document.get("vnfs", ()):
        vim = vnf.get("vim", standard)
        _leave_out_vim(vnf.get("virtual_links", ()), vim)
        _leave_out_vim(vnf.get("vdus", ()), vim)
    return document


def _leave_out_vim(items: Any, inherited: str | None) -> None:
    for item in items:
        if item.get("vim") == inherited:
            item.pop("vim", None)


def _struct(item: Any) -> dict[str, Any]:
    document = {}
    for known in attributes(type(item)).values():
        value = getattr(item, known.name)
        if known.required or value != known.default:
            document[known.key] = to_value(known.described.kind, value)
    if isinstance(item, CloudInit) and item.file is not None:
        document.pop("text", None)
    if isinstance(item, Subnet):
        if document.get("ip_version") == ipaddress.ip_network(item.cidr).version:
            document.pop("ip_version")
        if item.gateway == "none":
            document["gateway"] = None
    return document


def to_value(kind: Kind, value: Any) -> Any:
    """A value of the model as the document writes it."""
    if value is None:
        return None
    if isinstance(kind, Struct):
        return _struct(value)
    if isinstance(kind, ListOf):
        if kind.single and len(value) == 1:
            return to_value(kind.items, value[0])
        return [to_value(kind.items, item) for item in value]
    if isinstance(kind, MapOf):
        return {key: to_value(kind.values, item) for key, item in value.items()}
    return value


def is_whole(vdu: Vdu) -> bool:
    """Whether a VDU of a stored document has all that its user data is made of: no file's content, no secret is stored."""
    cloud_init = vdu.cloud_init
    return cloud_init is None or (cloud_init.text is not None and _REDACTED not in cloud_init.secret_params.values())


def redact(document: Any) -> Any:
    """A copy of ``document`` with each value under a ``secret_params`` replaced by REDACTED, by position."""
    if isinstance(document, dict):
        return {key: _hidden(item) if key == "secret_params" else redact(item) for key, item in document.items()}
    if isinstance(document, (list, tuple)):
        return [redact(item) for item in document]
    return document


def _hidden(value: Any) -> Any:
    return dict.fromkeys(value, _REDACTED) if isinstance(value, dict) else _REDACTED
