# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages say holds: their links lead somewhere, their documents load, every verb and module is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.nfv.mano.plugins.module_utils.target import load

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob('*.md'), *(ROOT / 'docs').glob('*.md'), *(ROOT / 'roles').glob('*/README.md')])


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r'\]\(([^)#\s]+)[^)]*\)', page.read_text(encoding='utf-8'))
    assert [link for link in links if '://' not in link and not (page.parent / link).exists()] == []


def test_the_example_of_the_readme_is_a_service_that_can_be_made() -> None:
    blocks = re.findall(r'```yaml\n(.*?)```', (ROOT / 'README.md').read_text(encoding='utf-8'), re.DOTALL)
    load(yaml.safe_load(blocks[0]))


def test_the_readme_names_every_playbook_and_module() -> None:
    readme = (ROOT / 'README.md').read_text(encoding='utf-8')
    names = [path.stem for path in [*(ROOT / 'playbooks').glob('*.yml'), *(ROOT / 'plugins' / 'modules').glob('*.py')]]
    assert [name for name in names if f'`{name}`' not in readme] == []


def test_every_module_is_in_the_action_group() -> None:
    """`module_defaults: group/nfv.mano.all` must reach them all."""
    runtime = yaml.safe_load((ROOT / 'meta' / 'runtime.yml').read_text(encoding='utf-8'))
    modules = {path.stem for path in (ROOT / 'plugins' / 'modules').glob('*.py')}
    assert set(runtime['action_groups']['all']) == modules
