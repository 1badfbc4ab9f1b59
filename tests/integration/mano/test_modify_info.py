# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modify_info: a merge patch is in the record, names, descriptions and metadata are Nova's too, and all of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.operation.views import ns_view
from ansible_collections.nfv.mano.plugins.module_utils.sol.vnf_instance import vnf_instance_view
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.tests.integration.mano.later import FRONT, Later
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import document, good, refused

WEB = {'nfv_vnf': 'web'}
PATCH = {'metadata': {'tier': 'gold', 'owner': None}, 'extensions': {'mode': {'fast': True}},
         'vnf_configurable_properties': {'is_autoheal_enabled': False}, 'vnf_instance_description': 'faces the world'}


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Later]:
    value = document(module_service.name, 2, metadata={'tier': 'web'})
    value['vnfs'][0]['metadata'] = {'owner': 'a'}
    module_service.write(value)
    site = Later(module_service)
    site.before = site.project.ids()
    good(site.play())
    yield site
    site.assert_terminate_leaves_the_project_as_it_was()


def servers(site: Later) -> dict[str, Any]:
    """Servers of the service by id, whatever they are called."""
    return {one.id: one for one in site.service.mine()['servers']}


def view(site: Later) -> dict[str, Any]:
    """The VNF as SOL003 has it."""
    store = Store(str(site.service.state_dir))
    return vnf_instance_view(ns_view(store, store.find_ns(site.service.name) or {}), 'web')


def test_a_patch_of_a_vnf(site: Later) -> None:
    ids, patch = set(servers(site)), {**PATCH, 'vnf_instance_name': 'Front office'}
    lines = site.change('modify_info', nfv_params=patch, **WEB)
    assert [(line.sign, line.kind, line.name) for line in lines] == [
        ('~', 'vnf', 'web'), ('~', 'vdu', 'web/front/0'), ('~', 'vdu', 'web/front/1')]
    assert 'metadata.owner a -> none' in lines[0].detail and 'extensions.mode.fast none -> true' in lines[0].detail
    called = [f'{site.service.name[:16]}-Front office-front-{index}' for index in range(2)]
    assert (sorted(one.name for one in servers(site).values()), set(servers(site))) == (called, ids)
    now = view(site)
    assert (now['metadata'], now['extensions'], now['vnfInstanceDescription'], now['vnfInstanceName']) == (
        {'tier': 'gold'}, {'mode': {'fast': True}}, 'faces the world', 'Front office')
    site.again('modify_info', nfv_params=patch, **WEB)
    site.again()


@pytest.mark.slow
def test_what_only_the_record_keeps(site: Later) -> None:
    before = {key: one.to_dict() for key, one in servers(site).items()}
    [line] = site.change('modify_info', nfv_params={'metadata': {'region': 'north'}})
    assert (line.kind, line.detail) == ('ns', 'metadata.region none -> north (in the record only)')
    assert {key: one.to_dict() for key, one in servers(site).items()} == before
    site.again()


@pytest.mark.slow
def test_what_is_told_of_a_vdu_is_told_of_its_servers(site: Later) -> None:
    patch = {'description': 'in front', 'metadata': {'tier': None, 'zone': 'a'}}
    lines = site.change('modify_info', nfv_params=patch, **FRONT)
    assert [line.name for line in lines] == ['web/front/0', 'web/front/1']
    for server in servers(site).values():
        assert (server.description, server.metadata.get('zone'), 'tier' in server.metadata) == ('in front', 'a', False)
    site.again('modify_info', nfv_params=patch, **FRONT)
    site.again()


@pytest.mark.slow
def test_it_outlives_scale_and_heal(site: Later) -> None:
    good(site.play('scale', nfv_params={'count': 3}, **FRONT))
    good(site.play('heal', nfv_params={'force': True}, nfv_count_index=0, nfv_accept_data_loss=True, **FRONT))
    assert all('-Front office-' in one.name and one.metadata.get('zone') == 'a' for one in servers(site).values())
    assert view(site)['metadata'] == {'tier': 'gold'}
    good(site.play('scale', nfv_params={'count': 2}, **FRONT))
    site.again()


@pytest.mark.slow
def test_killed_in_the_middle_and_rolled_back(site: Later) -> None:
    before = {key: (one.name, one.description) for key, one in servers(site).items()}
    record = view(site)
    patch = {'ns_instance_name': 'Edge', 'metadata': {'x': 1}}
    assert site.service.injected('KILL:changed:1:after', 'modify_info', nfv_params=patch).rc != 0
    assert {one.name[:5] for one in servers(site).values()} & {'Edge-'}
    good(site.play('rollback'))
    assert {key: (one.name, one.description) for key, one in servers(site).items()} == before
    assert ({**view(site), '_links': record['_links']}, site.service.state()) == (record, 'ROLLED_BACK')
    site.again()


@pytest.mark.slow
def test_wrong_input(site: Later) -> None:
    records = site.records()
    refused(site.play('modify_info', nfv_params={'vnf_instance_name': 'x'}), 'params.vnf_instance_name', 'with nfv_vnf')
    assert site.records() == records
