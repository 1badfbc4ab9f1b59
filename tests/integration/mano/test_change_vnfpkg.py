# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change_vnfpkg: the same servers on the same ports with the new version's images and flavors, one after the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.nfv.mano.tests.integration.mano.later import Later, faults
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import ROOT, document, good, write


class Site(Later):
    """A service whose VNF has versions."""

    def version(self, number: str, count: int = 2, **vdu: Any) -> str:
        """The path of a document with a version of the VNF."""
        made = document(self.service.name, count, **vdu)
        made['vnfs'][0]['vnfd'] = {'id': 'web', 'version': number, 'software_version': number}
        return write(self.service.folder, made, f'version-{number}.yaml')

    def of(self) -> list[tuple[str, str]]:
        """Image and flavor of each server, as Nova says."""
        found = []
        for index in range(len(self.statuses())):
            server = self.server(index)
            found.append((self.project.cloud.image.get_image(server.image.id).name, server.flavor.original_name))
        return found

    def stays(self) -> Any:
        return [(self.server(index).id, self.ports(index)) for index in range(len(self.statuses()))]

    def recorded_version(self) -> str | None:
        (fact,) = self.service.facts('vnf')
        found: str | None = (fact['vnfd'] or {}).get('version')
        return found


@pytest.fixture(scope='module')
def site(module_service: Service) -> Iterator[Site]:
    site = Site(module_service)
    site.before = site.project.ids()
    module_service.descriptor = site.version('1.0')
    good(site.play())
    yield site
    site.assert_terminate_leaves_the_project_as_it_was()


def test_instance_by_instance(site: Site) -> None:
    before, two = site.stays(), site.version('2.0', image='ubuntu')
    lines = site.change('change_vnfpkg', nfv_descriptor=two)
    assert [(line.sign, line.name, line.detail) for line in lines] == [
        ('~', f'web/front/{index}', 'image cirros -> ubuntu (rebuild: what is on the root disk is lost)') for index in range(2)]
    assert (site.of(), site.stays(), site.statuses()) == ([('ubuntu', 'm1.tiny')] * 2, before, ['ACTIVE'] * 2)
    asked = [entry['event'] for entry in site.journal() if entry['event'] in ('intent', 'settled')]
    assert asked == ['intent', 'settled'] * 2, 'one after the other'
    assert site.recorded_version() == '2.0'
    site.again('change_vnfpkg', nfv_descriptor=two)
    site.again()


@pytest.mark.slow
def test_the_new_document_is_no_change_and_then_a_flavor(site: Site) -> None:
    before = site.stays()
    site.service.descriptor = site.version('2.0', image='ubuntu')
    good(site.play())
    assert site.of() == [('ubuntu', 'm1.tiny')] * 2
    lines = site.change('change_vnfpkg', nfv_descriptor=site.version('3.0', image='ubuntu', flavor='m1.small'),
                        nfv_max_unavailable='100%')
    assert ['(resize)' in line.detail and 'rebuild' not in line.detail for line in lines] == [True] * 2
    assert (site.of(), site.stays(), site.recorded_version()) == ([('ubuntu', 'm1.small')] * 2, before, '3.0')
    site.again()


@pytest.mark.slow
def test_a_fault_and_then_to_the_end(site: Site) -> None:
    four = site.version('4.0', image='cirros', flavor='m1.small')
    with faults('rebuild'):
        site.assert_failed_with_the_truth(site.play('change_vnfpkg', nfv_descriptor=four), 'Failed to rebuild server',
                                          'not started, because of')
    assert [one[0] for one in site.of()].count('cirros') == 1
    good(site.play('change_vnfpkg', nfv_descriptor=four))
    assert (site.of(), site.statuses(), site.recorded_version()) == ([('cirros', 'm1.small')] * 2, ['ACTIVE'] * 2, '4.0')
    site.again()


@pytest.mark.slow
@pytest.mark.parametrize('point', ['changed:1:after', 'settled:1:lost'])
def test_killed_in_the_middle_none_is_rebuilt_twice(site: Site, point: str) -> None:
    image = 'cirros' if site.of()[0][0] == 'ubuntu' else 'ubuntu'
    five = site.version('5.0', image=image, flavor='m1.small')
    before = rebuilds(site)
    assert site.service.injected(f'KILL:{point}', 'change_vnfpkg', nfv_descriptor=five).rc != 0
    good(site.play('change_vnfpkg', nfv_descriptor=five))
    assert (rebuilds(site), site.of()) == (before + 2, [(image, 'm1.small')] * 2)
    site.again()


def rebuilds(site: Site) -> int:
    """How often Nova was asked to, by the servers' own logs."""
    return sum(one.action == 'rebuild' for index in range(2)
               for one in site.project.cloud.compute.server_actions(site.server(index)))


@pytest.mark.slow
def test_what_is_refused(site: Site) -> None:
    other = site.version('6.0', image='ubuntu', metadata={'tier': 'db'})
    site.refuse('change_vnfpkg', 'vnfs.web.vdus.front.metadata: the new version has another one', 'nfv.mano.update all of it',
                nfv_descriptor=other)
    good_one = site.version('6.1', image='ubuntu', flavor='m1.small')
    site.refuse('change_vnfpkg', 'params.vnfd_id: VNF web of the descriptor is of VNFD web, not of db', nfv_descriptor=good_one,
                nfv_params={'vnfd_id': 'db'})
    site.refuse('change_vnfpkg', 'nowhere is not an image of VIM default',
                nfv_descriptor=site.version('6.2', image='nowhere', flavor='m1.small'))


@pytest.mark.slow
def test_another_version_of_a_package(service: Service) -> None:
    folder = service.folder / 'sol006'
    shutil.copytree(ROOT / 'examples' / 'sol006', folder)
    params: dict[str, Any] = yaml.safe_load((folder / 'params.yml').read_text())['nfv_params']
    params['ns_name'] = service.name
    site = Site(service, nfv_cloud='sandbox')
    service.descriptor = str(folder)
    good(site.play(nfv_params=params))
    vnfd = folder / 'web_vnf' / 'web_vnfd.yaml'
    vnfd.write_text(vnfd.read_text().replace('image: cirros, version: "1.0"', 'image: ubuntu, version: "2.0"')
                    .replace('  version: "1.0"', '  version: "2.0"', 1))
    lines = site.change('change_vnfpkg', nfv_vnf='web', nfv_descriptor=str(folder), nfv_max_unavailable='2',
                        nfv_params={'package_params': params})
    assert sorted(line.name for line in lines) == ['web/front/0', 'web/worker/0', 'web/worker/1']
    assert {fact['name']: fact['vnfd']['version'] for fact in service.facts('vnf')}['web'] == '2.0'
    image = site.project.cloud.image.find_image('ubuntu').id
    of = {name: one.image.id == image for name, one in site.project.servers(service.name).items()}
    assert of == {name: '-web-' in name for name in of}
    service.terminate()
