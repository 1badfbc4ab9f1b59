# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's hypervisor: nova.virt.fake.FakeDriver plus what it lacks outside Nova's own unit tests.

Compute nodes have the same UUID after a restart, instances survive one (a JSON file in state_path), the source forgets an
instance after a live migration, snapshots upload a tiny image, each host has network cards of its own for SR-IOV, and faults
can be asked for (docs/sandbox.md): server metadata or flavor extra spec sandbox:fault = WORD[,WORD], or for whole hosts the
JSON file $SANDBOX_FAULTS, {"*": ["spawn"], "compute1": ["stop"]}, which is read anew at each call.
"""

from __future__ import annotations

import io
import json
import os
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import nova.conf
from nova import exception
from nova.compute import power_state, task_states
from nova.image import glance
from nova.virt import fake
from oslo_log import log as logging

LOG = logging.getLogger(__name__)
CONF = nova.conf.CONF
NODE_NAMESPACE = uuid.UUID('5a5a5a5a-0000-4000-8000-000000000000')
FAULTS = Path(os.environ['SANDBOX_FAULTS'])
DETACH_DELAY = float(os.environ['SANDBOX_DETACH_DELAY'])
LONGEST_DELAY = 600.0
#: First digit of the PCI bus -> physical network (nova.conf says the same).
BUSES = ('1', '2')
VIRTUAL_FUNCTIONS = 4


def _pci_devices(host: str) -> list[dict[str, Any]]:
    """For each physical network a card with virtual functions, and one without; no two hosts have an address in common."""
    digit = f'{int(host.removeprefix("compute") or 0) % 16:x}'
    devices = []
    for bus in (f'{first}{digit}' for first in BUSES):
        card, plain = f'0000:{bus}:00.0', f'0000:{bus}:01.0'
        devices += [_physical_function(address, f'52:54:00:{bus}:{slot}:00') for address, slot in ((card, '00'), (plain, '01'))]
        devices += [{'address': f'{card[:-1]}{number}', 'vendor_id': '15b3', 'product_id': '1018', 'status': 'available',
                     'dev_type': 'type-VF', 'parent_addr': card, 'parent_ifname': f'ens{bus}', 'numa_node': None,
                     'label': 'label_15b3_1018',
                     'capabilities': {'sriov': {'pf_mac_address': f'52:54:00:{bus}:00:00', 'vf_num': number - 1}}}
                    for number in range(1, VIRTUAL_FUNCTIONS + 1)]
    return devices


def _physical_function(address: str, mac: str) -> dict[str, Any]:
    return {'address': address, 'vendor_id': '15b3', 'product_id': '1017', 'status': 'available', 'dev_type': 'type-PF',
            'parent_addr': None, 'numa_node': None, 'label': 'label_15b3_1017', 'mac_address': mac}


class SandboxDriver(fake.FakeDriver):
    vcpus = 1000
    memory_mb = 800000
    local_gb = 600000

    # -- identity and persistence

    def init_host(self, host: str) -> None:
        super().init_host(host)
        self._set_nodes([host])
        self._saving = threading.Lock()
        self._file = Path(CONF.state_path) / 'instances.json'
        saved = json.loads(self._file.read_text()) if self._file.exists() else {}
        for instance_uuid, (name, state) in saved.items():
            self.instances[instance_uuid] = fake.FakeInstance(name, state, instance_uuid)

    def _save(self) -> None:
        with self._saving:
            rows = {key: (instance.name, instance.state) for key, instance in list(self.instances.items())}
            unfinished = self._file.with_suffix('.part')
            unfinished.write_text(json.dumps(rows))
            unfinished.replace(self._file)

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        resource = super().get_available_resource(nodename)
        if resource:
            resource['uuid'] = str(uuid.uuid5(NODE_NAMESPACE, nodename))
            resource['pci_passthrough_devices'] = json.dumps(_pci_devices(nodename))
        return resource

    def get_nodenames_by_uuid(self, refresh: bool = False) -> dict[str, str]:
        return {str(uuid.uuid5(NODE_NAMESPACE, name)): name for name in self.get_available_nodes()}

    def get_host_uptime(self) -> str:
        return 'up 1 day, 1 user, load average: 0.10, 0.10, 0.10'

    # -- faults

    def _words(self, instance: Any) -> set[str]:
        extra_specs = (instance.flavor.extra_specs or {}) if instance.flavor else {}
        found = (instance.metadata or {}).get('sandbox:fault') or extra_specs.get('sandbox:fault') or ''
        words = {word.strip() for word in found.split(',') if word.strip()}
        try:
            by_host = json.loads(FAULTS.read_text())
        except (OSError, ValueError):
            return words
        return words | set(by_host.get('*', ())) | set(by_host.get(self._host, ()))

    def _fault(self, instance: Any, word: str) -> None:
        if word in self._words(instance):
            LOG.warning('sandbox fault %s', word, instance=instance)
            raise exception.NovaException(f'sandbox fault: {word}')

    @staticmethod
    def _delay(instance: Any, key: str) -> None:
        try:
            seconds = float((instance.metadata or {}).get(key) or 0)
        except ValueError:
            return
        time.sleep(max(0.0, min(seconds, LONGEST_DELAY)))

    @staticmethod
    def _slow_detach() -> None:
        time.sleep(DETACH_DELAY)

    def _spawn_fault(self, instance: Any) -> None:
        words = self._words(instance)
        if 'spawn-abort' in words:
            raise exception.BuildAbortException(instance_uuid=instance.uuid, reason='sandbox fault: spawn-abort')
        if 'vif' in words:
            raise exception.VirtualInterfaceCreateException()
        if (instance.task_state or '').startswith('rebuild') and words & {'rebuild', 'spawn'}:
            # Not the error below: Nova would take it for a lack of room, and delete the allocation of a server that stays.
            raise exception.NovaException('sandbox fault: rebuild')
        if 'spawn' in words:
            raise exception.ComputeResourcesUnavailable(reason='sandbox fault: spawn')
        if 'spawn-once' in words:
            # Seen by the other host too, where the second attempt lands.
            mark = FAULTS.with_name(f'once-{instance.uuid}')
            if not mark.exists():
                mark.touch()
                raise exception.ComputeResourcesUnavailable(reason='sandbox fault: spawn-once')

    # -- life cycle

    def spawn(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        self._delay(instance, 'sandbox:delay')
        self._spawn_fault(instance)
        super().spawn(context, instance, *args, **kwargs)
        self._save()

    def destroy(self, context: Any, instance: Any, network_info: Any, *args: Any, **kwargs: Any) -> None:
        self._fault(instance, 'destroy')
        self._slow_detach()
        for vif in network_info or ():
            self._interfaces.pop(vif['id'], None)
        super().destroy(context, instance, network_info, *args, **kwargs)
        self._save()

    def reboot(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        if 'reboot' in self._words(instance):
            # Nova does not mind a failed reboot of a server that runs on.
            self._set_state(instance, power_state.CRASHED)
        self._fault(instance, 'reboot')
        super().reboot(context, instance, *args, **kwargs)
        self._save()

    def power_off(self, instance: Any, timeout: int = 0, retry_interval: int = 0) -> None:
        self._fault(instance, 'stop')
        if instance.uuid in self.instances:
            # One that a failed rebuild took away is off: hypervisors do not mind, and Nova would think that it is being deleted
            super().power_off(instance, timeout, retry_interval)
        self._save()

    def power_on(self, context: Any, instance: Any, network_info: Any, *args: Any, **kwargs: Any) -> None:
        self._fault(instance, 'start')
        super().power_on(context, instance, network_info, *args, **kwargs)
        self._save()

    def _set_state(self, instance: Any, state: int) -> None:
        self.instances[instance.uuid].state = state
        self._save()

    def pause(self, instance: Any) -> None:
        self._set_state(instance, power_state.PAUSED)

    def unpause(self, instance: Any) -> None:
        self._set_state(instance, power_state.RUNNING)

    def suspend(self, context: Any, instance: Any) -> None:
        self._set_state(instance, power_state.SUSPENDED)

    def resume(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        self._fault(instance, 'resume')
        self._set_state(instance, power_state.RUNNING)

    def attach_interface(self, context: Any, instance: Any, image_meta: Any, vif: dict[str, Any]) -> None:
        self._fault(instance, 'attach-interface')
        super().attach_interface(context, instance, image_meta, vif)

    def detach_interface(self, context: Any, instance: Any, vif: dict[str, Any]) -> None:
        self._slow_detach()
        # Not known after a restart of this process: the fake driver's own would raise then.
        self._interfaces.pop(vif['id'], None)

    def attach_volume(self, context: Any, connection_info: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        self._fault(instance, 'attach-volume')
        super().attach_volume(context, connection_info, instance, *args, **kwargs)

    def detach_volume(self, *args: Any, **kwargs: Any) -> None:
        self._slow_detach()
        super().detach_volume(*args, **kwargs)

    def snapshot(self, context: Any, instance: Any, image_id: str, update_task_state: Any) -> None:
        self._fault(instance, 'snapshot')
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        update_task_state(task_state=task_states.IMAGE_UPLOADING, expected_state=task_states.IMAGE_PENDING_UPLOAD)
        images = glance.API()
        name = images.get(context, image_id)['name']
        update = {'disk_format': 'raw', 'container_format': 'bare', 'name': name, 'properties': {}}
        images.update(context, image_id, update, data=io.BytesIO(b'sandbox snapshot\n'), purge_props=False)

    # -- migrations

    def live_migration(
        self,
        context: Any,
        instance: Any,
        dest: str,
        post_method: Any,
        recover_method: Any,
        block_migration: bool = False,
        migrate_data: Any = None,
    ) -> None:
        self._delay(instance, 'sandbox:migrate-delay')
        if 'livemigrate' in self._words(instance):
            recover_method(context, instance, dest, migrate_data)
            return
        post_method(context, instance, dest, block_migration, migrate_data)

    def post_live_migration(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        self.instances.pop(instance.uuid, None)
        self._save()

    def finish_migration(self, context: Any, migration: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        self._fault(instance, 'migrate')
        super().finish_migration(context, migration, instance, *args, **kwargs)
        self._save()

    def finish_revert_migration(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        super().finish_revert_migration(context, instance, *args, **kwargs)
        self._save()
