# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key pair of an NS: Nova has its public part, the state directory its private part, encrypted."""

from __future__ import annotations

import base64
import subprocess

import openstack
from ansible_collections.nfv.mano.tests.integration.mano.service import Service
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, document, good, refused

PASSPHRASE = 'a long canary of a passphrase'


def test_key_pair(service: Service) -> None:
    service.write(document(service.name, 1, ssh_access='debian', cloud_init={'text': '#!/bin/sh\necho mine\n'}))
    refused(service.play(), 'nfv_passphrase', 'web/front')
    first = good(service.play(nfv_passphrase=PASSPHRASE))
    (record,) = service.facts('ns')
    public = record['ssh_public_key']
    key_file = service.state_dir / f'ns_{record["id"]}.key'
    (server,) = service.mine()['servers']
    admin = openstack.connect(cloud='sandbox-admin')
    seen = admin.compute.get(f'/servers/{server.id}', microversion='2.3').json()['server']
    user_data = base64.b64decode(seen['OS-EXT-SRV-ATTR:user_data']).decode()
    assert 'text/x-shellscript' in user_data
    parts = [base64.b64decode(part.split('\n\n', 1)[1]).decode() for part in user_data.split('\n--===')[1:] if '\n\n' in part]
    assert [public in part for part in parts] == [False, True]
    derived = subprocess.run(['ssh-keygen', '-y', '-P', PASSPHRASE, '-f', str(key_file)], capture_output=True, text=True,
                             timeout=30, check=True)
    assert derived.stdout.split()[:2] == public.split()[:2]
    assert key_file.stat().st_mode & 0o777 == 0o600

    refused(service.play(nfv_passphrase='wrong'), f'this is not what the key pair {key_file} is encrypted with')
    again = good(service.play(nfv_passphrase=PASSPHRASE))
    assert changed_count(again.out) == 0
    assert not [path for path in service.state_dir.rglob('*') if path.is_file() and PASSPHRASE.encode() in path.read_bytes()]
    assert PASSPHRASE not in first.out + again.out
    service.terminate()
    assert not key_file.exists()
