# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queues of notifications: what op-occs have come to, in order, until each subscriber has taken it.

Nothing is queued: the states that an op-occ has been in stand in its folder before anything else is told of them, whoever
runs it. A queue is what of that a subscriber has not taken yet. So nothing is lost with a process, and plays that know
nothing of subscriptions need not do anything for them.
"""

from __future__ import annotations

import datetime
import functools
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import OpOccError
from ansible_collections.nfv.mano.plugins.module_utils.operation.key_pair import secret_given
from ansible_collections.nfv.mano.plugins.module_utils.sol import notification
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import VERSIONS
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.reading import Reading
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.sending import Credentials, Sender, SendError
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.subscriptions import (
    EVENTS,
    KIND,
    SENT,
    Subscriptions,
    alone,
    fits,
    folder,
)
from ansible_collections.nfv.mano.plugins.module_utils.sol.op_occ import sol_operation
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import now

LOG = logging.getLogger('nfv.mano.sol003')
#: Seconds between tries: twice as many each time, up to the longest.
SHORTEST, LONGEST = 1.0, 60.0
#: Seconds after which a notification that nobody takes is given up.
GIVEN_UP = 24 * 3600.0
#: Notifications that were given up, and that a record names.
NAMED = 100
#: Seconds between two rounds of who sends what waits and does nothing else.
PAUSE = 0.2

#: What stands for the number of a state: of an event that no op-occ tells of, and of an op-occ's telling that its VNF got an id.
EVENT, CREATED = -2, -1

Found = tuple[str, str, int, Callable[[], 'dict[str, Any] | None']]


class Notifier:
    """Sends what subscribers have not taken yet."""

    def __init__(self, subscriptions: Subscriptions, reading: Reading, sender: Sender) -> None:
        self._subscriptions, self._reading, self._sender = subscriptions, reading, sender

    def ids(self) -> list[str]:
        """Of all subscriptions."""
        return self._subscriptions.store.ids(KIND)

    def work(self, subscription_id: str) -> float | None:
        """Send to a subscriber what waits for it, as far as it takes it.

        :returns: seconds until it is worth while to look again, None: there is no such subscription any more.
        :raises StoreError: a record can't be read or written.
        """
        store = self._subscriptions.store
        one = store.read(KIND, subscription_id)
        if one is None:
            return None
        place = folder(store, subscription_id)
        with alone(place, 'sender.lock', wait=False) as free:
            if not free:
                return SHORTEST
            sent = place.read_json(SENT) or _nothing_sent()
            if sent['next'] > now():
                return _seconds_until(sent['next'])
            waits = sorted(self._waiting(one, sent), key=lambda found: found[:3])
            try:
                credentials = self._subscriptions.credentials(one) if waits else None
            except SendError as error:
                # Another process has the key, or will have: this one does not count
                LOG.error('subscription %s: %s', subscription_id, error)
                return LONGEST
            for moment, key, number, make in waits:
                done = self._tell(one, sent, moment, make(), credentials)
                if store.read(KIND, subscription_id) is None:
                    return None
                if not done:
                    place.write_json(SENT, sent)
                    return _seconds_until(sent['next'])
                self._took(one, sent, key, number, moment)
                place.write_json(SENT, sent)
        return SHORTEST

    def waiting(self) -> dict[str, int]:
        """How many notifications each subscription has not taken yet, also of those that its filter keeps back."""
        store, found = self._subscriptions.store, {}
        for one in store.all(KIND):
            sent = folder(store, one['id']).read_json(SENT) or _nothing_sent()
            found[one['id']] = sum(1 for _waits in self._waiting(one, sent))
        return found

    def flush(self, timeout: float) -> dict[str, int]:
        """Send what waits, for as long as subscribers take it or the time lasts; returns what waits then."""
        deadline = time.monotonic() + timeout
        while True:
            left = self.waiting()
            for one in [one for one, count in left.items() if count]:
                self.work(one)
            left = self.waiting()
            if not any(left.values()) or time.monotonic() > deadline:
                return left
            time.sleep(PAUSE)

    def _tell(self, one: Mapping[str, Any], sent: dict[str, Any], moment: str, body: dict[str, Any] | None,
              credentials: Credentials | None) -> bool:
        """Whether it is done with: taken, given up, or nothing to tell."""
        if body is None:
            return True
        try:
            self._sender.send(one['callback_uri'], credentials, body, VERSIONS[one['version']])
        except SendError as error:
            sent['failures'] += 1
            pause = min(SHORTEST * 2 ** min(sent['failures'] - 1, 16), LONGEST)
            sent['next'] = _in(pause)
            if -_seconds_until(moment) < GIVEN_UP:
                LOG.warning('subscription %s: %s; tried again in %g s', one['id'], error, pause)
                return False
            sent['given_up'] = [*sent['given_up'], {'id': body['id'], 'time': now(), 'why': str(error)}][-NAMED:]
            LOG.error('subscription %s: notification %s is given up: %s', one['id'], body['id'], error)
            return True
        sent.update(failures=0, next='')
        return True

    def _took(self, one: Mapping[str, Any], sent: dict[str, Any], key: str, number: int, moment: str) -> None:
        if number != EVENT:
            # Until its first state was told, its time is none that it has come to
            sent['op_occs'][key] = [number + 1, moment if number >= 0 else '']
            return
        place = folder(self._subscriptions.store, one['id'])
        with alone(place):
            left = [event for event in (place.read_json(EVENTS) or {'events': []})['events'] if _name(event) != key]
            place.write_json(EVENTS, {'events': left})

    def _waiting(self, one: dict[str, Any], sent: dict[str, Any]) -> Iterator[Found]:
        """(time, what, number of its state, what makes its notification) of all that waits, in no order."""
        store = self._subscriptions.store
        for event in (folder(store, one['id']).read_json(EVENTS) or {'events': []})['events']:
            yield event['time'], _name(event), EVENT, functools.partial(
                notification.identifier_notification, event, one, one['version'], self._root(one))
        # It shares what it has read: this is asked again and again
        op_occs = OpOccs(self._reading.store)
        found = [op_occ for op_occ in op_occs.list(scope='vnf') if op_occ.data['state_entered_time'] > one['created']]
        known = {op_occ.id for op_occ in found}
        sent['op_occs'] = {key: told for key, told in sent['op_occs'].items() if key in known}
        for op_occ in found:
            count, until = sent['op_occs'].get(op_occ.id, (CREATED, ''))
            if until == op_occ.data['state_entered_time']:
                continue
            try:
                whole = op_occs.get(op_occ.data['parent'])
            except OpOccError:
                # It is just being archived
                continue
            states = whole.states()
            if count == CREATED and states[0]['time'] > one['created'] and op_occ.data['vnf_id'] in whole.created():
                yield states[0]['time'], op_occ.id, CREATED, self._maker_of_creation(one, op_occ, states[0]['time'])
            for number in range(max(count, 0), len(states)):
                if states[number]['time'] > one['created']:
                    yield states[number]['time'], op_occ.id, number, self._maker(one, op_occ, states[number], number)

    def _maker_of_creation(self, one: dict[str, Any], op_occ: OpOcc, moment: str) -> Callable[[], dict[str, Any] | None]:
        """That a VNF got its id with an operation of its service, and not from a client of the front."""
        vnf_id, kind = op_occ.data['vnf_id'], notification.CREATION

        def make() -> dict[str, Any] | None:
            if not fits(one['filter'], self._vnf(vnf_id, one['version']), kind):
                return None
            event = {'type': kind, 'vnf_id': vnf_id, 'time': moment}
            return notification.identifier_notification(event, one, one['version'], self._root(one))
        return make

    def _vnf(self, vnf_id: str, version: str) -> dict[str, Any]:
        """What is known of a VNF; of one that is gone its id."""
        try:
            return self._reading.vnf_instance(vnf_id, version)
        except OpOccError:
            return {'id': vnf_id}

    def _maker(self, one: dict[str, Any], op_occ: OpOcc, state: Mapping[str, Any],
               number: int) -> Callable[[], dict[str, Any] | None]:
        def make() -> dict[str, Any] | None:
            version = one['version']
            vnf = self._vnf(op_occ.data['vnf_id'], version)
            if not fits(one['filter'], vnf, notification.OP_OCC, sol_operation(op_occ.operation, version), state['state']):
                return None
            try:
                whole = OpOccs(self._reading.store).get(op_occ.data['parent'])
            except OpOccError:
                # It was archived just now
                return None
            reading = self._reading if self._reading.api_root else Reading(self._reading.store, self._root(one), 1)
            view = reading.op_occ_shown(op_occ.id, version)
            return notification.op_occ_notification(view, state, number, whole.errors(), one, version, self._root(one))
        return make

    def _root(self, one: Mapping[str, Any]) -> str:
        """What links start with: where no front says it, as when it was subscribed."""
        return self._reading.api_root or str(one['api_root'])


def _nothing_sent() -> dict[str, Any]:
    """What is known of a subscription that was never sent anything; ``op_occs`` is by id how many states were told, and the
    time of the last one."""
    return {'op_occs': {}, 'failures': 0, 'next': '', 'given_up': []}


def notifier_of(state_dir: str, api_root: str, callback_ca: str | None, passphrase: str | None, key_file: str | None) -> Notifier:
    """A notifier without a front.

    :raises InputError: what decrypts credentials can not be used.
    """
    store, sender = Store(state_dir), Sender(callback_ca)
    secret = secret_given(passphrase, key_file)
    subscriptions = Subscriptions(store, api_root, 1, (lambda: secret) if secret is not None else None, sender)
    return Notifier(subscriptions, Reading(store, api_root, 1), sender)


def _name(event: Mapping[str, Any]) -> str:
    return f'{event["type"]}/{event["vnf_id"]}'


def _in(seconds: float) -> str:
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.isoformat(timespec='microseconds').replace('+00:00', 'Z')


def _seconds_until(stamp: str) -> float:
    return (datetime.datetime.fromisoformat(stamp) - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
