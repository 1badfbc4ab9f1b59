# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nova-compute with the sandbox's driver as nova.virt.sandbox: Nova loads drivers below nova.virt only."""

import sys

# First of all: it chooses the threading mode, and refuses when others have imported too much before.
from nova.cmd import compute

# isort: split
import nova.virt
import sandbox_nova
from nova.scheduler.client import report

# Nova 34.0 reads the allocations of every instance of the host from Placement, one by one, at every claim and release, for
# a reshape that the fake driver never asks for.
report.SchedulerReportClient.get_allocations_for_provider_tree = lambda self, context, nodename: {}

sys.modules['nova.virt.sandbox'] = sandbox_nova
nova.virt.sandbox = sandbox_nova
sys.argv[0] = 'nova-compute'
sys.exit(compute.main())
