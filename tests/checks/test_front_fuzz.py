# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""schemathesis sends the SOL003 front what docs/openapi describes and what it does not; what is accepted is carried out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.sol.front import sending
from ansible_collections.nfv.mano.plugins.module_utils.store import StoreError
from ansible_collections.nfv.mano.tests.unit.front.conftest import INSTANTIATE, Client, client, site
from ansible_collections.nfv.mano.tests.unit.front.test_event_source import free_port, load
from ansible_collections.nfv.mano.tests.unit.front.test_notifications import Subscriber

__all__ = ['client', 'site']

ROOT = Path(__file__).resolve().parents[2]
#: Requests for each operation at most, and in all for each version: 10,000 for both.
EXAMPLES, REQUESTS = 200, 5_000
CHECKS = ('not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance',
          'response_schema_conformance', 'negative_data_rejection', 'missing_required_header', 'unsupported_method')
#: A body may also be refused for its size.
REFUSED = (400, 404, 405, 406, 408, 413, 415, 422)


def dictionaries(client: Client, uri: str) -> dict[str, list[str]]:
    """What is there, by the parameter that names it: drawn from texts nobody would hit it."""
    vnfs = [client.create() for _number in range(3)]
    for vnf_id in vnfs[:2]:
        client.done(vnf_id, 'instantiate', INSTANTIATE)
    client.site.failing('create_server')
    location, event = client.ask(vnfs[1], 'scale', {'type': 'SCALE_OUT', 'aspectId': 'fronts'})
    with pytest.raises(OpOccError):
        client.carry_out(event)
    client.site.mended()
    subscription = client.good('POST', 'subscriptions', {'callbackUri': uri}, 201).body['id']
    op_occs = [one['id'] for one in client.good('GET', 'vnf_lcm_op_occs').body]
    assert location.rpartition('/')[2] in op_occs
    return {'path.vnfInstanceId': vnfs, 'path.vnfLcmOpOccId': op_occs, 'path.subscriptionId': [subscription],
            'body.callbackUri': [uri], 'body.authentication.paramsOauth2ClientCredentials.tokenEndpoint': [uri],
            'body.vnfdId': ['web-1.0', 'web-2.0'], 'body.flavourId': ['default-df'], 'body.newFlavourId': ['default-df'],
            'body.aspectId': ['fronts'], 'body.instantiationLevelId': ['small', 'large'], 'body.vnfcInstanceId[*]': ['front/0'],
            'body.extVirtualLinks[*].resourceId': ['shared'], 'body.extVirtualLinks[*].extCps[*].cpdId': ['outside']}


def configuration(known: dict[str, list[str]]) -> str:
    """A configuration of schemathesis with these."""
    lines = ['[generation]', 'allow-x00 = false', '[checks]', f'negative_data_rejection.expected-statuses = {list(REFUSED)}']
    for number, values in enumerate(known.values()):
        lines += [f'[dictionaries.d{number}]', f'values = {json.dumps(values)}']
    lines += ['[parameters]', *(f'"{name}" = {{ dictionary = "d{number}", probability = 0.8 }}'
                                for number, name in enumerate(known))]
    return '\n'.join([*lines, ''])


class Served:
    """A front in a thread of its own; its events are for who carries them out."""

    def __init__(self, client: Client) -> None:
        self.port, self.events, self._ready = free_port(), queue.Queue[dict[str, Any]](), threading.Event()
        self._args = {'state_dir': client.site.store.path, 'port': self.port, 'packages': str(client.folder), 'clouds': 'cloud',
                      'sweep': 1}
        self._thread = threading.Thread(target=asyncio.run, args=(self._run(),), daemon=True)
        self._thread.start()
        assert self._ready.wait(20)

    async def put(self, event: dict[str, Any]) -> None:
        """What the event source calls."""
        self.events.put(event['nfv'])

    async def _run(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.create_task(load().main(self, self._args))
        while not self._task.done():
            with contextlib.suppress(OSError):
                (await asyncio.open_connection('127.0.0.1', self.port))[1].close()
                break
            await asyncio.sleep(0.05)
        self._ready.set()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def stop(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(30)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subscribers are called on this host only, whatever addresses are drawn."""
    call = sending.Sender._call

    def here(self: sending.Sender, method: str, uri: str, *rest: Any) -> tuple[int, bytes]:
        if urlsplit(uri).hostname != '127.0.0.1':
            raise sending.SendError('it was not reached')
        return call(self, method, uri, *rest)
    monkeypatch.setattr(sending.Sender, '_call', here)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures('nowhere')
@pytest.mark.parametrize('version', ['v1', 'v2'])
def test_every_answer_is_as_described_and_nothing_wrong_is_taken(client: Client, tmp_path: Path, version: str,
                                                                 caplog: pytest.LogCaptureFixture) -> None:
    config, shown, subscriber = tmp_path / 'schemathesis.toml', tmp_path / 'schemathesis.log', Subscriber()
    config.write_text(configuration(dictionaries(client, subscriber.uri)), encoding='utf-8')
    served = Served(client)
    words = ['--config-file', config, 'run', ROOT / f'docs/openapi/vnflcm-{version}.json', '--url',
             f'http://127.0.0.1:{served.port}/vnflcm/{version}', '--checks', ','.join(CHECKS), '--phases',
             'examples,coverage,fuzzing', '--max-examples', EXAMPLES, '--continue-on-failure', '--seed', 1]
    command = [str(Path(sys.executable).parent / 'schemathesis'), *map(str, words)]
    with shown.open('w') as out, subprocess.Popen(command, stdout=out, stderr=out, cwd=tmp_path) as process:
        try:
            # Operations are carried out in the main thread, which signals need
            while process.poll() is None:
                with contextlib.suppress(queue.Empty, OpOccError, StoreError):
                    client.carry_out(served.events.get(timeout=0.2))
        finally:
            process.terminate()
            served.stop()
    said = shown.read_text(encoding='utf-8')
    print(said[-20_000:])
    assert process.returncode == 0
    assert int(re.findall(r'([0-9]+) generated', said)[0]) >= REQUESTS
    assert not [one for one in caplog.records if one.name == 'nfv.mano.sol003' and one.exc_info]
