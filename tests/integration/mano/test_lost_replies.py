# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create calls whose reply never comes: what they made is found by its owner mark, or made again, and never there twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ansible_collections.nfv.mano.tests.integration.mano.proxy import Proxy, Rule, clouds_through
from ansible_collections.nfv.mano.tests.integration.mano.service import Service, kill, pids_of, wait_for
from ansible_collections.nfv.mano.tests.integration.mano.support import changed_count, good

#: Service, path and number of the create call that is lost. Ports of all VDUs go in one call, servers one by one.
SERVERS, PORTS, NETWORKS, SUBNETS = (('compute', '/servers', 2), ('network', '/ports', 1), ('network', '/networks', 1),
                                     ('network', '/subnets', 1))
BOTH = pytest.mark.parametrize('what', [SERVERS, PORTS], ids=['servers', 'ports'])
EACH = pytest.mark.parametrize('what', [SERVERS, PORTS, NETWORKS, SUBNETS], ids=['servers', 'ports', 'networks', 'subnets'])
COUNT = 4


@contextmanager
def losing(service: Service, what: tuple[str, str, int], **rule: object) -> Iterator[tuple[Proxy, dict[str, str]]]:
    """A proxy that loses a create call, and the environment of plays that go through it."""
    kind, path, number = what
    service.describe(COUNT)
    endpoint = getattr(service.project.cloud, kind).get_endpoint()
    with Proxy(endpoint, Rule('POST', path, number, **rule)) as proxy:  # type: ignore[arg-type]
        clouds = clouds_through(Path(os.environ['OS_CLIENT_CONFIG_FILE']), 'sandbox', service.folder, **{kind: proxy.url})
        yield proxy, {'OS_CLIENT_CONFIG_FILE': clouds}


def _posts(service: Service, kind: str) -> int:
    """How often a create call of a kind was sent: each has an intent of its own."""
    return sum(entry['event'] == 'intent' and entry.get('kind') == kind for entry in service.journal())


@pytest.mark.parametrize('what', [SERVERS, pytest.param(PORTS, marks=pytest.mark.slow)], ids=['servers', 'ports'])
def test_held_back_and_reply_dropped(service: Service, what: tuple[str, str, int]) -> None:
    """The create call reaches the service 20 s late, and its reply nobody: it is adopted, not made again."""
    with losing(service, what, hold=20.0) as (proxy, env):
        good(service.play(env=env, nfv_timeouts={'adopt_window': 40}))
        assert proxy.struck in ([201], [202])
    service.assert_complete(COUNT)
    assert _posts(service, 'server') == COUNT
    assert _posts(service, 'port') == 1
    service.terminate()


@pytest.mark.slow
@BOTH
def test_client_gives_up_before_it_arrives(service: Service, what: tuple[str, str, int]) -> None:
    """The call times out after 5 s and reaches the service after 20 s: within the window it is waited for and adopted."""
    with losing(service, what, hold=20.0) as (proxy, env):
        good(service.play(env=env, nfv_timeouts={'adopt_window': 45, 'call': 5}))
        assert proxy.struck in ([201], [202])
    service.assert_complete(COUNT)
    assert _posts(service, 'server') == COUNT
    service.terminate()


@pytest.mark.slow
@BOTH
def test_arrives_after_the_window(service: Service, what: tuple[str, str, int]) -> None:
    """It was made again before it arrived after all: the late one is removed by the next run."""
    with losing(service, what, hold=30.0) as (proxy, env):
        good(service.play(env=env, nfv_timeouts={'adopt_window': 8, 'call': 4}))
        wait_for(lambda: bool(proxy.struck), 60, 'the call arrives')
    good(service.play())
    service.assert_complete(COUNT)
    service.terminate()


@pytest.mark.slow
@pytest.mark.parametrize('what', [SERVERS, PORTS, NETWORKS], ids=['servers', 'ports', 'networks'])
def test_arrives_after_the_window_before_terminate(service: Service, what: tuple[str, str, int]) -> None:
    """As above, and the next run is the one that terminates it."""
    with losing(service, what, hold=30.0) as (proxy, env):
        good(service.play(env=env, nfv_timeouts={'adopt_window': 8, 'call': 4}))
        wait_for(lambda: bool(proxy.struck), 60, 'the call arrives')
    service.terminate()


@pytest.mark.slow
@BOTH
def test_never_arrives(service: Service, what: tuple[str, str, int]) -> None:
    """Lost on its way: after the window it is made again."""
    with losing(service, what, forward=False) as (proxy, env):
        good(service.play(env=env, nfv_timeouts={'adopt_window': 6}))
        assert proxy.struck == [0]
    service.assert_complete(COUNT)
    service.terminate()


@pytest.mark.slow
@EACH
def test_reply_dropped(service: Service, what: tuple[str, str, int]) -> None:
    with losing(service, what) as (proxy, env):
        good(service.play(env=env))
        assert proxy.struck in ([201], [202])
    service.assert_complete(COUNT)
    assert changed_count(good(service.play()).out) == 0
    service.terminate()


@pytest.mark.slow
@EACH
def test_reply_dropped_and_killed_at_once(service: Service, what: tuple[str, str, int]) -> None:
    """The service has made it; nobody lives to hear of it."""
    def everything() -> None:
        for pid in pids_of(service.name):
            kill(pid)
    with losing(service, what, then=everything) as (proxy, env):
        assert service.start(env=env).wait().rc != 0
        assert proxy.struck in ([201], [202])
    good(service.play())
    service.assert_complete(COUNT)
    service.terminate()
