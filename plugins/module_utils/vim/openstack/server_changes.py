# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: what changes a server that stays (Compute API 2.64)."""

from __future__ import annotations

import base64

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.service import Service

#: Types of consoles, and the protocol of each.
CONSOLES = {'novnc': 'vnc', 'spice-html5': 'spice', 'serial': 'serial', 'mks': 'mks'}


class ServerChanges(Service):
    """Resize, rebuild, interfaces, consoles. Each change answers with the id of its request, by which the server's own log of
    actions knows it."""

    def resize_server(self, server_id: str, flavor_id: str) -> str:
        return self._act(server_id, 'resize', {'resize': {'flavorRef': flavor_id}})

    def confirm_resize(self, server_id: str) -> str:
        return self._act(server_id, 'confirm the resize of', {'confirmResize': None})

    def revert_resize(self, server_id: str) -> str:
        return self._act(server_id, 'revert the resize of', {'revertResize': None})

    def rebuild_server(self, server_id: str, image_id: str, **user_data: str | None) -> str:
        # Left out, user data stays; None takes it away (2.57)
        encoded = {key: base64.b64encode(text.encode()).decode() if text else None for key, text in user_data.items()}
        return self._act(server_id, 'rebuild', {'rebuild': {'imageRef': image_id, **encoded}})

    def console_url(self, server_id: str, kind: str) -> str:
        answer = self._client.call('compute', 'POST', f'/servers/{server_id}/remote-consoles',
                                   f'get the {kind} console of server {server_id}',
                                   json={'remote_console': {'protocol': CONSOLES[kind], 'type': kind}})
        return answer['remote_console']['url']

    def _act(self, server_id: str, what: str, body: dict[str, object]) -> str:
        self._client.call('compute', 'POST', f'/servers/{server_id}/action', f'{what} server {server_id}', json=body)
        return self._client.request_id

    def attach_interface(self, server_id: str, port_id: str) -> None:
        try:
            self._client.call('compute', 'POST', f'/servers/{server_id}/os-interface',
                              f'attach port {port_id} to server {server_id}',
                              json={'interfaceAttachment': {'port_id': port_id}})
        except VimError as error:
            # Nova answers only once it is attached, so a lost answer can be looked for; and a refusal may mean that it is
            if not self._is_attached(server_id, port_id):
                raise error

    def _is_attached(self, server_id: str, port_id: str) -> bool:
        try:
            return self._client.call('compute', 'GET', f'/servers/{server_id}/os-interface/{port_id}',
                                     f'look for port {port_id} on server {server_id}', missing_ok=True) is not None
        except VimError:
            return False

    def detach_interface(self, server_id: str, port_id: str) -> str:
        self._client.call('compute', 'DELETE', f'/servers/{server_id}/os-interface/{port_id}',
                          f'detach port {port_id} from server {server_id}', missing_ok=True)
        return self._client.request_id
