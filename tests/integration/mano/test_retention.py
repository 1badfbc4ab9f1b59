# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finished op-occs beyond those that are kept go to the archive, also where no operation ever ends well."""

from __future__ import annotations

from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import good, refused


def test_refused_operations_do_not_gather(service: Service) -> None:
    service.describe(1, image='plan9')
    for _time in range(3):
        refused(service.play(nfv_op_occ_retention=1), 'plan9')
    kept = service.op_occs()
    assert [one['state'] for one in kept] == ['ROLLED_BACK', 'ROLLED_BACK'], 'the last one, and one before it'
    archived = {path.name for path in (service.state_dir / 'archive').iterdir()}
    assert {name.rpartition('.')[2] for name in archived} == {'fact', 'd'}
    assert not archived & {path.name for path in service.state_dir.iterdir()}
    shown = good(service.play('status')).out
    assert all(one['id'] in shown for one in kept)
