# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see and change an environment, enforced by access control lists; as other users where this one is root."""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.store.place import make_private
from ansible_collections.nfv.mano.plugins.module_utils.topology import acl, manage
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.generations import Generation
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.tree import place

ME = pwd.getpwuid(os.geteuid()).pw_name
#: Users and a group that every Debian has.
SEES, CHANGES, GROUP, STRANGER = 'daemon', 'bin', 'mail', 'nobody'


@pytest.fixture
def state() -> Iterator[str]:
    """A state directory that others could reach, were it not private."""
    folder = tempfile.mkdtemp(prefix='nfv-rights-', dir='/tmp')
    os.chmod(folder, 0o711)
    try:
        probe = Path(folder) / 'probe'
        probe.touch()
        try:
            acl.write(str(probe), acl.private({(acl.USER, 1): acl.READ}, 6))
        except OSError as error:
            pytest.skip(f'the file system of /tmp keeps no access control lists: {error}')
        probe.unlink()
        yield f'{folder}/state'
    finally:
        shutil.rmtree(folder)


def present(state: str, view: list[str], edit: list[str], **more: Any) -> dict[str, Any]:
    return manage.present({'state_dir': state, 'database': None, 'document': {
        'name': 'lab', 'auth': {'view-env': view, 'edit-env': edit}, **more}}, dry=False)


def modes(state: str) -> dict[str, int]:
    """Modes of everything, by name; the bits of the group are the mask of a list."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [Path(state), *Path(state).rglob('*')]}


def test_lists_are_what_the_document_says(state: str) -> None:
    assert present(state, [SEES, f'@{GROUP}'], [CHANGES])['unenforced'] == []
    path = f'{state}/topology/lab/inventory.sqlite'
    sees, changes = ((acl.USER, pwd.getpwnam(name).pw_uid) for name in (SEES, CHANGES))
    group = (acl.GROUP, grp.getgrnam(GROUP).gr_gid)
    found = acl.entries(path)
    assert (found[sees], found[group], found[changes]) == (4, 4, 6)
    assert found[acl.GROUP_OF_FILE, 0] == 0 == found[acl.OTHER, 0]
    assert modes(state) == {'state': 0o710, 'topology': 0o750, 'lab': 0o770, 'inventory.sqlite': 0o660, 'scan.lock': 0o660}
    assert acl.who(path, acl.WRITE) == f'user {ME}, {CHANGES}'
    assert acl.who(path, acl.READ) == f'user {ME}, {SEES}, {CHANGES} and group {GROUP}'
    assert not present(state, [SEES, f'@{GROUP}'], [CHANGES])['changed']
    os.chmod(path, 0o600)
    assert present(state, [SEES, f'@{GROUP}'], [CHANGES])['changed'], 'a mode that was changed by hand is put right'
    make_private(state)
    assert modes(state)['state'] == 0o710, 'the store leaves the way through'
    assert present(state, [], [])['changed']
    assert {name: mode for name, mode in modes(state).items() if name not in ('state', 'topology')} == {
        'lab': 0o700, 'inventory.sqlite': 0o600, 'scan.lock': 0o600}
    assert (acl.USER, pwd.getpwnam(SEES).pw_uid) not in acl.entries(path)


def test_what_can_not_be_enforced_is_said(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = present(state, ['published', '@no-such-group'], [])['unenforced']
    assert told == ['auth: there is no user published on this host, so nobody is let in by it',
                    'auth: there is no group no-such-group on this host, so nobody is let in by it']

    def refuse(*_arguments: Any) -> None:
        raise OSError(acl.UNSUPPORTED[0], 'Operation not supported')

    monkeypatch.setattr(acl, 'write', refuse)
    assert f'keeps no access control lists, so only user {ME} can see' in present(state, [SEES], [])['unenforced'][0]

    def forbid(*_arguments: Any) -> None:
        raise PermissionError(1, 'Operation not permitted')

    monkeypatch.setattr(acl, 'write', forbid)
    with pytest.raises(TopologyError, match=f'is set by the owner of its files; user {ME} may'):
        present(state, [], [])


def become(user: str, work: Callable[[], Any], group: str = '') -> Any:
    """What work gives, or the error, in another process of this user."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([grp.getgrnam(group).gr_gid] if group else [])
            os.setgid(65534)
            os.setuid(pwd.getpwnam(user).pw_uid)
            answer = work()
        except BaseException as error:
            answer = f'{type(error).__name__}: {error}'
        os.write(write, json.dumps(answer).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read, encoding='utf-8') as file:
        return json.load(file)


@pytest.mark.skipif(os.geteuid() != 0, reason='takes root to be others')
@pytest.mark.filterwarnings('ignore:.*fork.*:DeprecationWarning')
def test_they_are_enforced(state: str) -> None:
    given = {'state_dir': state, 'environment': 'lab', 'database': None, 'name': None}

    def look() -> list[str]:
        with manage.inventory(given) as one:
            return [found.name for found in one.objects(types=['host'])]

    def scan(name: str) -> list[str]:
        with manage.opened(given, 'lab', write=True) as database, manage.scanning(database, 'a scan'):
            one = Generation(database, {'inventory': True})
            one.objects(place('lab', [Obj(f'host:{name}', 'host', name, 'lab')]))
            one.swap([], {}, 5)
            return [found.name for found in Inventory(database).objects(types=['host'])]

    present(state, [SEES, f'@{GROUP}'], [CHANGES])
    assert scan('first') == ['first'] == look()
    assert become(SEES, look) == ['first'] == become(STRANGER, look, group=GROUP)
    assert become(SEES, lambda: [one['name'] for one in manage.listing(given)]) == ['lab']
    refused = become(SEES, lambda: scan('second'))
    assert 'read-only' in refused and f'user root, {CHANGES} may' in refused
    assert become(CHANGES, lambda: scan('second')) == ['second'] == look()
    assert scan('third') == ['third'], 'what another one made is the owner\'s as well'
    refused = become(STRANGER, look)
    assert 'Permission denied: this user may not see environment lab; user root' in refused
    refused = become(CHANGES, lambda: present(state, [], [CHANGES]))
    assert 'is set by the owner of its files; user root may' in refused
    changed = become(CHANGES, lambda: present(state, [SEES, f'@{GROUP}'], [CHANGES], distribution='RDO')['changed'])
    assert changed is True and manage.listing(given)[0]['auth']['view-env'] == [SEES, f'@{GROUP}']
    present(state, [], [])
    assert 'may not see environment lab' in become(SEES, look) and 'user root may' in become(CHANGES, look)
