# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ns_target: a document shown, and kept in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from ansible_collections.nfv.mano.plugins.modules import ns_target, package_info

DOCUMENT: dict[str, Any] = {
    'name': 'edge', 'virtual_links': [{'name': 'data', 'type': 'bridge', 'subnets': [{'cidr': '10.1.0.0/24'}]}],
    'vnfs': [{'name': 'web', 'vdus': [{
        'name': 'front', 'count': 1, 'image': 'cirros', 'flavor': 'm1.tiny',
        'interfaces': [{'name': 'eth0', 'virtual_link': 'data'}],
        'cloud_init': {'file': 'web/front.cfg', 'params': {'a': 1}, 'secret_params': {'b': 'hunter2'}}}]}]}
FILES = {'web/front.cfg': '#cloud-config\n'}
LEFT = [{'path': 'a.yaml:vnfd.kdu', 'why': 'Kubernetes is no VIM here'}]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def answer(module: Any = ns_target, **arguments: Any) -> dict[str, Any]:
        with patch_module_args(arguments), pytest.raises(SystemExit):
            module.main()
        out, _err = capsys.readouterr()
        assert 'hunter2' not in out.partition('"invocation"')[0]
        result: dict[str, Any] = json.loads(out)
        return result
    return answer


def test_a_document_without_its_defaults(run: Any) -> None:
    result = run(document=DOCUMENT, files=FILES, left_out=LEFT, notes=['x'])
    assert not result['changed']
    assert result['document']['virtual_links'] == [{'name': 'data', 'subnets': [{'cidr': '10.1.0.0/24'}]}]
    assert result['document']['vnfs'][0]['vdus'][0]['cloud_init']['secret_params'] == {'b': 'REDACTED'}
    assert (result['left_out'], result['notes'], result['files']) == (LEFT, ['x'], ['web/front.cfg'])


def test_a_document_that_is_kept(run: Any, tmp_path: Path) -> None:
    dest = tmp_path / 'sub' / 'edge.yaml'
    asked = {'document': DOCUMENT, 'files': FILES, 'left_out': LEFT, 'dest': str(dest)}
    checked = run(**asked, _ansible_check_mode=True, _ansible_diff=True)
    assert checked['changed']
    assert not dest.parent.exists()
    first = run(**asked)
    assert (first['changed'], first['dest']) == (True, str(dest))
    text = dest.read_text(encoding='utf-8')
    assert text.startswith('---\n# Left out: a.yaml:vnfd.kdu: Kubernetes is no VIM here\n')
    assert yaml.safe_load(text)['vnfs'][0]['vdus'][0]['cloud_init']['secret_params'] == {'b': 'hunter2'}
    assert (dest.parent / 'web' / 'front.cfg').read_text(encoding='utf-8') == '#cloud-config\n'
    assert dest.stat().st_mode & 0o777 == 0o600
    assert not run(**asked)['changed']
    dest.write_text('x', encoding='utf-8')
    assert run(**asked)['changed']


def test_a_document_that_is_none(run: Any) -> None:
    result = run(document={**DOCUMENT, 'nam': 'x'}, files=FILES)
    assert result['failed']
    assert result['problems'] == ['nam: unknown key: did you mean name?']
    assert result['problem']['status'] == 400


def test_packages_pass_through(run: Any) -> None:
    result = run(package_info, descriptor='x', packages=[{'package': 'a', 'problems': ['b']}, {'package': 'c', 'problems': []}],
                 table=['t'])
    assert (result['problems'], result['table'], result['changed']) == (['b'], ['t'], False)
