# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugins, as ansible-inventory reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.tests.unit.topology.cloud import Cloud, uid


def listed(path: Path, text: str) -> tuple[int, Any]:
    """What ansible-inventory makes of a file: its exit code, and the hosts, or what it complains of."""
    path.write_text(text, encoding='utf-8')
    tree = next(one for one in sys.path if (Path(one) / 'ansible_collections' / 'nfv' / 'mano').exists())
    program = Path(sys.executable).parent / 'ansible-inventory'
    done = subprocess.run([str(program), '-i', str(path), '--list'], capture_output=True, text=True, check=False, timeout=60,
                          env={
                              **os.environ, 'ANSIBLE_COLLECTIONS_PATH': tree, 'ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED': '1',
                              'ANSIBLE_NOCOLOR': '1', 'PYTHONPATH': os.pathsep.join(sys.path)})
    return done.returncode, json.loads(done.stdout, object_hook=plain) if done.returncode == 0 else done.stderr


def plain(found: dict[str, Any]) -> Any:
    """ansible-inventory marks texts of plugins as ones that are no templates."""
    return found.get('__ansible_unsafe', found)


def test_a_scanned_environment_is_an_inventory(look: Callable[..., Any], cloud: Cloud, where: dict[str, Any],
                                               tmp_path: Path) -> None:
    look()
    options = ''.join(f'{name}: {value}\n' for name, value in where.items() if value)
    code, found = listed(tmp_path / 'lab.topology.yml', f'plugin: nfv.mano.topology\nenvironment: lab\n{options}'
                         'keyed_groups: [{key: topology.status, prefix: status}]\n')
    assert code == 0, found
    assert sorted(found['compute']['hosts']) == ['compute0', 'compute1']
    assert sorted(found['instances']['hosts']) == sorted(found['status_ACTIVE']['hosts']) == [f'vm-{at}' for at in range(4)]
    assert found['_meta']['hostvars']['compute1']['ansible_host'] == '192.0.2.2'
    code, told = listed(tmp_path / 'other.topology.yml',
                        f'plugin: nfv.mano.topology\nenvironment: other\n{options}')
    assert code != 0 and 'there is no environment other' in ' '.join(told.split())


def test_the_records_of_network_services_are_an_inventory(tmp_path: Path) -> None:
    store = Store(str(tmp_path / 'state'))
    store.prepare()
    ns = store.new_ns('shop')
    store.write('vnf', 'v1', {'kind': 'vnf', 'id': 'v1', 'ns_id': ns['id'], 'ns_name': 'shop', 'name': 'web', 'resources': {
        'vdu:web/front/0': {'id': uid(6, 0), 'name': 'shop-web-front-0', 'addresses': ['10.0.0.5', '192.0.2.7'],
                            'management_address': '192.0.2.7', 'status': 'ACTIVE'}}})
    code, found = listed(tmp_path / 'shop.ns.yml', f'plugin: nfv.mano.ns\nstate_dir: {store.path}\n')
    assert code == 0, found
    assert found['vdu_shop_web_front']['hosts'] == ['shop-web-front-0'] == found['ns_shop']['hosts']
    assert found['_meta']['hostvars']['shop-web-front-0']['ansible_host'] == '192.0.2.7'
