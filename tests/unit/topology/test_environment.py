# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment documents: every mistake with its path, secrets never in clear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.store.key_pair import SecretError
from ansible_collections.nfv.mano.plugins.module_utils.topology import manage
from ansible_collections.nfv.mano.plugins.module_utils.topology.environment import join, load, part, to_document
from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound, TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import environment_row

CANARY = 'c4nary-pa55'


def whole(**more: Any) -> dict[str, Any]:
    """A document with every section, as people write them: ports as strings, single drivers without a list."""
    return {'name': 'lab', 'type': 'environment', 'distribution': 'Kolla', 'distribution_version': '19.0', 'app_path': '/opt/x',
            'mechanism_drivers': ['OVS'], 'type_drivers': 'vxlan', 'listen': True, 'enable_monitoring': True, 'user': 'ann',
            'auth': {'view-env': ['ann', '@ops'], 'edit-env': ['ann']},
            'configuration': [
                {'name': 'OpenStack', 'host': '10.0.0.1', 'port': '5000', 'user': 'admin', 'pwd': CANARY, 'admin_token': CANARY},
                {'name': 'mysql', 'host': '10.0.0.1', 'port': '3307', 'user': 'nova', 'pwd': CANARY},
                {'name': 'CLI', 'host': '10.0.0.1', 'user': 'ops', 'pwd': CANARY},
                {'name': 'AMQP', 'host': '10.0.0.1', 'port': '5673', 'user': 'mq', 'pwd': CANARY},
                {'name': 'Monitoring', 'server_ip': '10.0.0.2', 'type': 'Sensu', 'ssh_password': CANARY, 'api_port': 4567,
                 'rabbitmq_pass': CANARY, 'rabbitmq_port': '5671', 'provision': 'None', 'env_type': 'production'},
                {'name': 'ACI', 'host': '10.1.1.104', 'user': 'admin', 'pwd': CANARY}], **more}


def params(where: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**where, 'passphrase': None, 'key_file': None, 'name': None, **more}


def problems(document: Any) -> list[str]:
    with pytest.raises(TopologyError) as caught:
        load(document)
    return caught.value.problems


def test_every_key_is_understood_and_comes_back() -> None:
    found = load(whole())
    assert found.section('OpenStack').port == 5000
    assert found.type_drivers == ('vxlan',)
    assert load(to_document(found)) == found


def test_every_mistake_is_told_with_its_path_and_no_secret() -> None:
    told = problems({'name': 'lab', 'listn': True, 'listen': True, 'operational': 'yes', 'configuration': [
        {'name': 'OpenStack', 'pwd': [CANARY]}, {'name': 'OpenStack', 'cloud': 'x'}, {'name': 'SSH'},
        {'name': 'CLI', 'port': 70000}], 'clique_types': [
            {'name': 'a', 'focal_point_type': 'instanc', 'link_types': ['instance-vnic']},
            {'name': 'a', 'focal_point_type': 'instance', 'link_types': []}]})
    text = '\n'.join(told)
    for words in ('listn: unknown key: did you mean listen?', 'operational: ', 'configuration[0].pwd: ',
                  'configuration[1].name: the section OpenStack is there twice', 'configuration[2].name: ',
                  'configuration[3].host: this is missing', 'configuration[3].port: 70000 is more than 65535',
                  'listen: true needs the section AMQP', 'clique_types[0].focal_point_type', 'clique_types[1].link_types',
                  'configuration[0]: neither cloud nor host'):
        assert words in text, f'{words}\n{text}'
    assert CANARY not in text


@pytest.mark.parametrize('document', [None, 'lab/x', 5, [], {'name': 'x', 'configuration': 5},
                                      {'name': 'x', 'configuration': [5]}, {'name': 'x', 'clique_types': 3},
                                      {'configuration': [{'name': []}]}])
def test_anything_else_is_refused_in_words(document: Any) -> None:
    assert problems(document)


def test_secrets_are_parted_and_joined() -> None:
    document = to_document(load(whole()))
    clear, secrets = part(document)
    assert CANARY not in str(clear)
    assert join(clear, secrets) == document


def test_secrets_are_kept_only_encrypted(where: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(SecretError, match='nfv_passphrase'):
        manage.present(params(where, document=whole()), dry=False)
    assert not (tmp_path / 'topology').exists()
    given = params(where, document=whole(), passphrase='open sesame')
    result = manage.present(given, dry=False)
    assert result['changed']
    assert CANARY not in str(result)
    for path in tmp_path.rglob('*'):
        assert path.is_dir() or CANARY.encode() not in path.read_bytes(), path
        assert path.is_dir() or path.stat().st_mode & 0o077 == 0, path
    with manage.inventory({**given, 'environment': 'lab'}) as one:
        assert CANARY not in str(tuple(environment_row(one.database)))
        assert manage.environment_of(one, given).section('AMQP').pwd == CANARY
        assert manage.environment_of(one).section('AMQP').pwd is None
        with pytest.raises(SecretError, match='environment lab: this is not what it was encrypted with'):
            manage.environment_of(one, {**given, 'passphrase': 'wrong'})


def test_a_second_run_changes_nothing_and_what_scans_found_out_stays(where: dict[str, Any]) -> None:
    given = params(where, document={'name': 'lab'})
    assert manage.present(given, dry=True)['changed']
    with pytest.raises(NotFound):
        manage.listing(params(where, name='lab'))
    assert manage.present(given, dry=False)['changed']
    assert not manage.present(given, dry=False)['changed']
    with manage.opened(given, 'lab', write=True) as database:
        manage.note(database, scanned=True, last_scanned='2026-01-01T00:00:00Z', operational='running')
    again = manage.present(params(where, document={'name': 'lab', 'distribution': 'RDO', 'scanned': False}), dry=False)
    assert again['changed']
    assert (again['environment']['scanned'], again['environment']['operational']) == (True, 'running')
    assert [one['name'] for one in manage.listing(params(where))] == ['lab']


def test_absent_says_what_goes_with_it(where: dict[str, Any]) -> None:
    manage.present(params(where, document={'name': 'lab'}), dry=False)
    gone = manage.absent(params(where, name='lab'), dry=False)
    assert gone['changed'] and gone['removed'] == {'objects': 0, 'links': 0, 'generations': []}
    assert not manage.absent(params(where, name='lab'), dry=False)['changed']
    assert manage.listing(params(where)) == []
