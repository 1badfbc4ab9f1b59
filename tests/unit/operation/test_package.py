# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change_vnfpkg as a whole operation: the same servers with the new version's images and flavors, and what is recorded of it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.operation import views
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError
from ansible_collections.nfv.mano.plugins.module_utils.sol.vnf_instance import vnf_instance_view
from ansible_collections.nfv.mano.tests.unit.operation.conftest import Site, wanted
from ansible_collections.nfv.mano.tests.unit.operation.test_day2 import again, changes, ids
from ansible_collections.nfv.mano.tests.unit.operation.test_rebuild import flavors, images

NS: dict[str, Any] = {'ns': 'edge1'}


def version(number: str, **vdu: Any) -> dict[str, Any]:
    """A document with a version of the VNF."""
    made = wanted(3, **vdu)
    made['vnfs'][0]['vnfd'] = {'id': 'web', 'provider': 'acme', 'product_name': 'web', 'software_version': number,
                               'version': number}
    return made


ONE, TWO = version('1.0'), version('2.0', image='ubuntu', flavor='m1.small')


@pytest.fixture
def three(site: Site) -> Site:
    """Three instances of the first version."""
    site.apply('instantiate', document=ONE)
    return site


def change(site: Site, document: dict[str, Any], **options: Any) -> dict[str, Any]:
    return site.apply('change_vnfpkg', document=document, **NS, **options)


def test_another_image_and_flavor_one_after_the_other(three: Site) -> None:
    before, calls = ids(three), len(three.vim.called)
    shown = three.diff('change_vnfpkg', document=TWO, **NS)
    assert [one['detail'] for one in shown['plan']['changes']] == [
        'flavor m1.tiny (1 vCPU, 512 MiB, 1 GiB) -> m1.small (1 vCPU, 2048 MiB, 20 GiB) (resize); '
        'image cirros -> ubuntu (rebuild: what is on the root disk is lost)'] * 3
    result = change(three, TWO)
    assert (result['op_occ']['operation'], result['op_occ']['state'], changes(result)) == (
        'CHANGE_VNFPKG', 'COMPLETED', changes(shown))
    assert three.vim.called[calls:] == ['resize_server', 'confirm_resize', 'rebuild_server'] * 3
    assert (images(three), flavors(three), ids(three)) == (['ubuntu'] * 3, ['m1.small'] * 3, before)
    again(three, 'change_vnfpkg', document=TWO, **NS)
    again(three, document=ONE)


def test_the_version_is_recorded(three: Site) -> None:
    change(three, TWO)
    shown = views.ns_view(three.store, three.ns())
    assert vnf_instance_view(shown, 'web')['vnfdVersion'] == '2.0'
    assert (three.store.read('vnf', shown['vnfs']['web']) or {})['vnfd']['version'] == '2.0'
    three.apply('instantiate', document=TWO)
    again(three, document=TWO)
    change(three, ONE)
    assert (images(three), vnf_instance_view(views.ns_view(three.store, three.ns()), 'web')['vnfdVersion']) == (
        ['cirros'] * 3, '1.0')


def test_only_the_version(three: Site) -> None:
    calls = len(three.vim.called)
    assert change(three, version('1.1'))['changed'] is True
    assert three.vim.called[calls:] == []
    assert vnf_instance_view(views.ns_view(three.store, three.ns()), 'web')['vnfSoftwareVersion'] == '1.1'
    again(three, 'change_vnfpkg', document=version('1.1'), **NS)


def test_what_single_instances_had_of_their_own_is_the_versions(three: Site) -> None:
    three.apply('rebuild', count_index=1, params={'image': 'ubuntu'})
    result = change(three, TWO)
    assert len(changes(result)) == 3
    assert (images(three), three.ns()['overlay'].get('instances')) == (['ubuntu'] * 3, None)
    change(three, ONE)
    assert (images(three), flavors(three)) == (['cirros'] * 3, ['m1.tiny'] * 3)


def test_scaled_before_it_stays_so(three: Site) -> None:
    three.apply('scale', params={'count': 4})
    change(three, TWO, max_unavailable='50%')
    assert images(three) == ['ubuntu'] * 4
    again(three, document=ONE)


@pytest.mark.parametrize('call', ['resize_server', 'rebuild_server'])
def test_one_that_failed_goes_on(three: Site, call: str) -> None:
    second = ids(three)[1]
    three.failing(call, lambda what: what == second or (call == 'resize_server' and flavors(three)[0] == 'm1.small'))
    three.fails('change_vnfpkg', document=TWO, **NS)
    assert (images(three)[2], three.ns()['overlay']) == ('cirros', {}), 'the third was not begun'
    three.mended()
    three.apply('retry')
    assert (images(three), flavors(three), three.vim.called.count('confirm_resize')) == (['ubuntu'] * 3, ['m1.small'] * 3, 3)
    again(three, 'change_vnfpkg', document=TWO, **NS)


def test_rolled_back_to_the_version_before(three: Site) -> None:
    three.failing('rebuild_server', lambda server_id: server_id == ids(three)[1])
    two = version('2.0', image='ubuntu')
    three.fails('change_vnfpkg', document=two, **NS)
    three.mended()
    three.apply('rollback', accept_data_loss=True)
    assert images(three) == ['cirros'] * 3
    again(three, document=ONE)


def test_of_one_that_boots_from_a_volume_only_the_flavor(site: Site) -> None:
    root = {'volumes': [{'name': 'root', 'size_gib': 30, 'boot': True}]}
    site.apply('instantiate', document=version('1.0', **root))
    error = str(site.fails('change_vnfpkg', document=version('2.0', image='ubuntu', **root), **NS))
    assert 'vdu:web/front/0: it boots from a volume' in error
    change(site, version('2.0', flavor='m1.small', **root))
    assert flavors(site) == ['m1.small'] * 3


def other_vnf() -> dict[str, Any]:
    made = version('2.0')
    made['vnfs'][0]['name'] = 'db'
    return made


def other_vdus() -> dict[str, Any]:
    made = version('2.0', metadata={'tier': 'db'}, tags=['a'])
    made['vnfs'][0]['vdus'].append({**made['vnfs'][0]['vdus'][0], 'name': 'back'})
    return made


@pytest.mark.parametrize(('document', 'params', 'problems'), [
    (other_vnf(), {}, ['descriptor: it has no VNF web (there are: db)']),
    (TWO, {'vnfd_id': 'x'}, ['params.vnfd_id: VNF web of the descriptor is of VNFD web, not of x']),
    (TWO, {'image': 'x'}, ['params.image: unknown to change_vnfpkg; known are vnfd_id, package_params, request_id']),
    (other_vdus(), {}, [f'vnfs.web.vdus.{what}; change_vnfpkg brings about images and flavors only, nfv.mano.update all of it'
                        for what in ('back: new in this version', 'front.metadata: the new version has another one',
                                     'front.tags: the new version has another one')])])
def test_what_is_wrong_is_told(three: Site, document: dict[str, Any], params: dict[str, Any], problems: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        change(three, document, params=params)
    assert caught.value.problems == problems


def test_without_a_descriptor_it_is_refused(three: Site) -> None:
    with pytest.raises(InputError, match='descriptor: change_vnfpkg needs a network-service document'):
        three.apply('change_vnfpkg')
