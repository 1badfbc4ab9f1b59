# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotas: every shortfall at once."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Plan
from ansible_collections.nfv.mano.plugins.module_utils.plan.preflight import shortfalls, unchecked
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Quota


def test_every_shortfall_at_once_and_no_more() -> None:
    plan = Plan('x')
    plan.need('default', instances=3, ram=1536, port=2, network=1)
    quotas = {'default': {'instances': Quota(10, 8), 'ram': Quota(1000, 0), 'port': Quota(-1, 99), 'network': Quota(1, 0)}}
    assert [str(one) for one in shortfalls(plan, quotas)] == [
        'vims.default.quota.instances: 3 needed, 2 free (limit 10, used 8)',
        'vims.default.quota.ram: 1536 MiB needed, 1000 MiB free (limit 1000 MiB, used 0 MiB)']


def test_unknown_quota_is_unchecked_not_passed() -> None:
    plan = Plan('x')
    plan.need('default', port=1, instances=0)
    assert shortfalls(plan, {'default': {}}) == []
    assert unchecked(plan, {'default': {}}) == ['vims.default.quota.port']
