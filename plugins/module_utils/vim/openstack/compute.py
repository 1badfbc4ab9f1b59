# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nova: flavors and servers (Compute API 2.64)."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.vim.errors import VimError
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import MARK_KEY, ns_tag
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Flavor, Server, ServerGroup
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack import convert, read
from ansible_collections.nfv.mano.plugins.module_utils.vim.openstack.service import Service, given

#: Bodies of actions that are not just their name.
ACTIONS: dict[str, dict[str, Any]] = {
    'start': {'os-start': None}, 'stop': {'os-stop': None},
    'reboot-soft': {'reboot': {'type': 'SOFT'}}, 'reboot-hard': {'reboot': {'type': 'HARD'}}}
#: The microversion (Ussuri) from which on events of actions say why they failed, and how an older Nova refuses it.
WITH_DETAILS, NOT_ACCEPTABLE = '2.84', 406
#: How many names are tried for a flavor whose name is taken.
NAMES = 20


class Compute(Service):
    """Flavors, server groups and servers."""

    def create_flavor(self, spec: dict[str, Any]) -> Flavor:
        names = [spec['name']]
        while True:
            body = {'name': names[-1], 'vcpus': spec['vcpus'], 'ram': spec['ram_mib'], 'disk': spec['disk_gib'],
                    'OS-FLV-EXT-DATA:ephemeral': spec['ephemeral_gib'], 'swap': spec['swap_mib'],
                    'os-flavor-access:is_public': False, 'description': spec['mark']}
            try:
                row = self._privileged.call('compute', 'POST', '/flavors', f'create flavor {names[-1]}', json={'flavor': body})
                return convert.flavor(row['flavor'])
            except VimError as error:
                if error.status != 409 or len(names) > NAMES:
                    raise
            # Flavors that the project has no access to have names as well; one of them may be ours, cut off before it got it
            cut_off = self.flavors_marked(spec['mark'])
            if cut_off:
                return cut_off[0]
            names.append(f'{spec["name"]}-{len(names)}')

    def complete_flavor(self, flavor_id: str, spec: dict[str, Any]) -> None:
        path, what = f'/flavors/{flavor_id}', f'complete flavor {spec["name"]}'
        if spec['extra_specs']:
            self._privileged.call('compute', 'POST', f'{path}/os-extra_specs', what, json={'extra_specs': spec['extra_specs']})
        try:
            self._privileged.call('compute', 'POST', f'{path}/action', what,
                                  json={'addTenantAccess': {'tenant': self._project_id}})
        except VimError as error:
            if error.status != 409:  # it has access already
                raise

    def flavors_marked(self, mark: str) -> list[Flavor]:
        """Flavors with exactly this owner mark, also those that the project has no access to."""
        rows = self._privileged.pages('compute', '/flavors/detail', 'flavors', 'list flavors', {'is_public': 'None'})
        return [flavor for flavor in map(convert.flavor, rows) if flavor.description == mark]

    def flavor_in_use(self, flavor_id: str) -> bool:
        rows = self._privileged.pages('compute', '/servers', 'servers', 'list servers by flavor',
                                      {'flavor': flavor_id, 'all_tenants': '1', 'limit': '1'})
        return next(iter(rows), None) is not None

    def delete_flavor(self, flavor_id: str) -> None:
        self._privileged.call('compute', 'DELETE', f'/flavors/{flavor_id}', f'delete flavor {flavor_id}', missing_ok=True)

    def create_server_group(self, spec: dict[str, Any]) -> ServerGroup:
        answer = self._client.call('compute', 'POST', '/os-server-groups', f'create server group {spec["mark"]}',
                                   json={'server_group': {'name': spec['mark'], 'policy': spec['policy']}})
        return convert.server_group(answer['server_group'])

    def get_server_group(self, group_id: str) -> ServerGroup | None:
        answer = self._client.call('compute', 'GET', f'/os-server-groups/{group_id}', f'get server group {group_id}',
                                   missing_ok=True)
        return convert.server_group(answer['server_group']) if answer else None

    def delete_server_group(self, group_id: str) -> None:
        self._client.call('compute', 'DELETE', f'/os-server-groups/{group_id}', f'delete server group {group_id}',
                          missing_ok=True)

    def create_server(self, spec: dict[str, Any]) -> tuple[str, str]:
        body: dict[str, Any] = {
            'name': spec['name'], 'flavorRef': spec['flavor_id'], 'imageRef': spec['image_id'],
            'networks': [{'port': port_id} for port_id in spec['ports']],
            'metadata': {**spec['metadata'], MARK_KEY: spec['mark']},
            'tags': sorted({*spec['tags'], ns_tag(spec['ns_id'])}),
            'description': spec.get('description') or None, 'availability_zone': spec.get('availability_zone'),
            'config_drive': spec.get('config_drive'), 'block_device_mapping_v2': _devices(spec),
            'user_data': base64.b64encode(spec['user_data'].encode()).decode() if spec.get('user_data') else None}
        hints = {'OS-SCH-HNT:scheduler_hints': {'group': spec['group_id']}} if spec.get('group_id') else {}
        answer = self._client.call('compute', 'POST', '/servers', f'create server {spec["name"]}',
                                   json={'server': given(body), **hints})
        return answer['server']['id'], self._client.request_id

    def get_server(self, server_id: str) -> Server | None:
        answer = self._client.call('compute', 'GET', f'/servers/{server_id}', f'get server {server_id}', missing_ok=True)
        return convert.server(answer['server']) if answer else None

    def server_ids(self, ns_id: str, statuses: Iterable[str] = ()) -> set[str]:
        params = [('tags', ns_tag(ns_id)), *(('status', status) for status in sorted(statuses))]
        return {row['id'] for row in self._client.pages('compute', '/servers', 'servers', 'list servers', params)}

    def servers(self, ns_id: str) -> list[Server]:
        return read.servers_of(self._client, ns_id)

    def server_action(self, server_id: str, action: str) -> str:
        self._client.call('compute', 'POST', f'/servers/{server_id}/action', f'{action} server {server_id}',
                          json=ACTIONS.get(action, {action: None}))
        return self._client.request_id

    def action_error(self, server_id: str, request_id: str) -> str | None:
        answer = self._action(server_id, request_id)
        action = answer['instanceAction'] if answer else {}
        if not action.get('message'):
            return None
        failed = [event for event in action.get('events', ()) if event.get('result') == 'Error']
        # Only administrators are shown the details; the others learn which step of Nova's it was
        details = [' '.join((event.get('details') or '').split()) for event in failed]
        return next((detail for detail in details if detail), None) or \
            f'Nova says {action["message"]} of its {", ".join(event["event"] for event in failed) or action["action"]}'

    def _action(self, server_id: str, request_id: str) -> Any:
        path, what = f'/servers/{server_id}/os-instance-actions/{request_id}', f'get action of server {server_id}'
        try:
            return self._privileged.call('compute', 'GET', path, what, missing_ok=True, version=WITH_DETAILS)
        except VimError as error:
            if error.status != NOT_ACCEPTABLE:
                raise
            return self._privileged.call('compute', 'GET', path, what, missing_ok=True)

    def attach_volume(self, server_id: str, volume_id: str) -> None:
        self._client.call('compute', 'POST', f'/servers/{server_id}/os-volume_attachments',
                          f'attach volume {volume_id} to server {server_id}',
                          json={'volumeAttachment': {'volumeId': volume_id}})

    def detach_volume(self, server_id: str, volume_id: str) -> None:
        self._client.call('compute', 'DELETE', f'/servers/{server_id}/os-volume_attachments/{volume_id}',
                          f'detach volume {volume_id} from server {server_id}', missing_ok=True)

    def update_server(self, server_id: str, changes: dict[str, Any]) -> None:
        path, what = f'/servers/{server_id}', f'update server {server_id}'
        plain = {key: changes[key] for key in ('name', 'description') if key in changes}
        if plain:
            self._client.call('compute', 'PUT', path, what, json={'server': plain})
        if changes.get('metadata'):
            # POST adds to what is there; PUT would take others' keys away
            self._client.call('compute', 'POST', f'{path}/metadata', what, json={'metadata': changes['metadata']})
        for key in changes.get('metadata_gone', ()):
            self._client.call('compute', 'DELETE', f'{path}/metadata/{key}', what, missing_ok=True)
        if 'tags' in changes:
            self._client.call('compute', 'PUT', f'{path}/tags', what, json={'tags': changes['tags']})

    def delete_server(self, server_id: str) -> None:
        self._client.call('compute', 'DELETE', f'/servers/{server_id}', f'delete server {server_id}', missing_ok=True)


def _devices(spec: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Volumes as block devices, none of which goes with the server. Beside volumes Nova wants to be told of the image's
    own disk as well."""
    if not spec.get('volumes'):
        return None
    devices = [{'uuid': volume['id'], 'source_type': 'volume', 'destination_type': 'volume',
                'boot_index': 0 if volume['boot'] else -1, 'delete_on_termination': False} for volume in spec['volumes']]
    if spec['image_id']:
        devices.insert(0, {'uuid': spec['image_id'], 'source_type': 'image', 'destination_type': 'local', 'boot_index': 0,
                           'delete_on_termination': True})
    return devices
