# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others rely on: AMQP notifications, and access logs that count calls and writes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from ansible_collections.nfv.mano.tests.integration.sandbox.support import HOME, Cloud, access_log, settings, wait

# Runs with the sandbox's own Python, which has kombu. A queue of its own takes nothing from other listeners.
LISTENER = """
import json, sys
import kombu
connection = kombu.Connection(sys.argv[1])
channel = connection.channel()
queues = []
for name in ("nova", "neutron", "glance", "openstack"):
    exchange = kombu.Exchange(name, "topic", durable=False, auto_delete=False, channel=channel)
    exchange.declare()
    for topic in ("notifications", "versioned_notifications"):
        queue = f"test.{name}.{topic}"
        queues.append(kombu.Queue(queue, exchange, routing_key=topic + ".*", exclusive=True, auto_delete=True))
def tell(body, message):
    body = json.loads(body) if isinstance(body, str) else body
    body = json.loads(body["oslo.message"]) if "oslo.message" in body else body
    print(json.dumps([message.delivery_info["exchange"], message.delivery_info["routing_key"], body["event_type"]]))
    sys.stdout.flush()
    message.ack()
with kombu.Consumer(channel, queues, callbacks=[tell]):
    print("ready", flush=True)
    while True:
        connection.drain_events()
"""
WANTED = [
    ['nova', 'notifications.info', 'compute.instance.create.end'],
    ['nova', 'versioned_notifications.info', 'instance.create.end'],
    ['neutron', 'notifications.info', 'port.create.end'],
]


def test_notifications_of_a_new_server(cloud: Cloud, tmp_path: Path) -> None:
    now = settings()
    url = f'amqp://sandbox:{now["password"]}@127.0.0.1:{now["ports"]["rabbit"]}//'
    output = tmp_path / 'events'
    with output.open('w') as file:
        listener = subprocess.Popen([HOME / 'venv' / 'bin' / 'python', '-c', LISTENER, url], stdout=file)
    try:
        wait(lambda: output.read_text().startswith('ready'), 'no listener', 20)
        port = cloud.port()
        cloud.server(networks=[{'port': port.id}])

        def events() -> list[list[str]]:
            return [json.loads(line) for line in output.read_text().splitlines()[1:]]

        wait(lambda: all(event in events() for event in WANTED), 'events are missing', 20)
    finally:
        listener.kill()
        listener.wait()


def test_access_log_has_each_call_with_its_size_and_caller(cloud: Cloud) -> None:
    before = len(access_log('neutron'))
    port = cloud.port(name='test-access-log')
    cloud.demo.network.get_port(port.id)
    mine = [line for line in access_log('neutron')[before:] if line['agent'].startswith('openstacksdk')]
    calls = [(line['method'], line['path'], line['status']) for line in mine if '/ports' in line['path']]
    assert calls == [('POST', '/v2.0/ports', 201), ('GET', f'/v2.0/ports/{port.id}', 200)]
    post = next(line for line in mine if line['method'] == 'POST')
    assert post['request_bytes'] > 50
    assert (post['user'], post['project']) == ('demo', 'demo')
    assert post['request_id'].startswith('req-')


def test_access_log_has_refused_calls_too(cloud: Cloud) -> None:
    before = len(access_log('nova'))
    assert cloud.demo.compute.find_server('00000000-0000-4000-8000-000000000000') is None
    assert 404 in [line['status'] for line in access_log('nova')[before:]]
