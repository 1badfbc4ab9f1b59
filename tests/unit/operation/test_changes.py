# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A changed document as a whole operation: each change in place, and nothing to do the second time."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted

ETH0, ETH1 = {'name': 'eth0', 'virtual_link': 'mgmt'}, {'name': 'eth1', 'virtual_link': 'data'}


@pytest.mark.parametrize(('change', 'calls'), [
    ({'flavor': 'm1.small'}, ['resize_server', 'confirm_resize']),
    ({'cloud_init': {'text': 'new'}}, ['rebuild_server']),
    ({'interfaces': [ETH0, ETH1, {'name': 'eth2', 'virtual_link': 'data'}]}, ['create_ports', 'attach_interface']),
    ({'interfaces': [ETH0]}, ['detach_interface', 'delete_port']),
    ({'interfaces': [ETH0, {**ETH1, 'virtual_link': 'mgmt'}]},
     ['detach_interface', 'delete_port', 'create_ports', 'attach_interface']),
    ({'description': 'other'}, ['update_server'])])
def test_a_change_is_made_in_place_and_once(site: Site, change: dict[str, Any], calls: list[str]) -> None:
    site.apply('instantiate', document=wanted(1))
    (server,) = site.vim.servers
    site.vim.called.clear()
    site.apply('update', document=wanted(1, **change), allow_delete=True)
    assert (site.vim.called, list(site.vim.servers)) == (calls, [server])
    assert {kind: found for kind, found in site.recorded().items() if kind in ('servers', 'ports')} == {
        'servers': {server}, 'ports': set(site.vim.ports)}
    assert {port.device_id for port in site.vim.ports.values()} == {server}
    assert site.apply('update', document=wanted(1, **change))['changed'] is False
