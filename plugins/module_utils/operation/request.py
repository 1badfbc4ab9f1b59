# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user asks for, as the modules take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Seconds; each can be set by nfv_timeouts. adopt_window None: the call time-out and a minute.
LIMITS: dict[str, float | None] = {'server_active': 600.0, 'server_delete': 300.0, 'server_power': 300.0,
                                   'server_resize': 1800.0, 'server_migrate': 3600.0, 'volume_available': 600.0,
                                   'volume_delete': 300.0, 'snapshot_available': 1800.0, 'call': None,
                                   'adopt_window': None, 'lock': 15.0, 'cancel': 120.0}


#: Operations that can not do without a document.
OF_DOCUMENT = ('instantiate', 'update')
#: Those that change what the record says.
OF_RECORD = ('scale', 'operate', 'heal', 'rebuild', 'change_flavour', 'migrate', 'evacuate', 'change_vnfpkg',
             'create_snapshot', 'revert_to_snapshot', 'modify_info', 'change_ext_conn')
#: Those that are of an NS, whatever state it is in.
OF_NS = (*OF_RECORD, 'reconcile')


class InputError(ValueError):
    """Input that can't be used: ``problems`` are lines of path and value, all of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__('\n'.join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One operation as it was asked for; the names are those of the module's options.

    ``files`` None: the document is a stored one, and contents of files and secrets are not known. ``items`` are selections by
    vnf, vdu and count_index, which are meant together. ``task_files`` None: who asks runs none; else it is empty, or what came of
    those that the operation has waited for.
    """

    operation: str
    state_dir: str
    descriptor: str | None = None
    document: dict[str, Any] | None = None
    files: dict[str, str] | None = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    ns: str | None = None
    vnf: str | None = None
    vdu: str | None = None
    count_index: int | None = None
    items: list[dict[str, Any]] | None = None
    max_unavailable: str | None = None
    op_occ: str | None = None
    cloud: str | None = None
    vims: dict[str, Any] = field(default_factory=dict)
    max_parallel: int = 16
    timeouts: dict[str, Any] = field(default_factory=dict)
    allow_delete: bool = False
    accept_data_loss: bool = False
    create_flavors: bool = True
    force_takeover: bool = False
    op_occ_retention: int = 50
    task_files: dict[str, Any] | None = None
    passphrase: str | None = field(default=None, repr=False)
    key_file: str | None = None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Request:
        """From a module's parameters.

        :raises InputError: a limit that is not one, or not a number of seconds; a document where none belongs.
        """
        given = {key: value for key, value in params.items() if key in cls.__dataclass_fields__ and value is not None}
        request = cls(**given)
        problems = [f'timeouts.{key}: {value!r} is not a number of seconds above 0' if key in LIMITS else
                    f'timeouts.{key}: unknown; known are {", ".join(LIMITS)}'
                    for key, value in request.timeouts.items() if key not in LIMITS or _seconds(value) is None]
        if request.max_parallel < 1:
            problems.append(f'max_parallel: {request.max_parallel} is less than 1')
        if request.operation in (*OF_DOCUMENT, 'change_vnfpkg') and request.document is None:
            problems.append(f'descriptor: {request.operation} needs a network-service document (nfv_descriptor)')
        if request.operation in OF_NS and not request.ns:
            problems.append(f'ns: {request.operation} needs the id or the name of an NS (nfv_ns)')
        if request.operation == 'terminate' and not request.ns and not (request.document or {}).get('name'):
            problems.append('ns: terminate needs the id or the name of an NS (nfv_ns)')
        if problems:
            raise InputError(problems)
        return request

    def limit(self, name: str) -> float | None:
        """A limit in seconds, None where the default depends on something else."""
        value = self.timeouts.get(name)
        return LIMITS[name] if value is None else _seconds(value)


def _seconds(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 < number < float('inf') else None
