# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Descriptors on the controller's disk: the only file here that reads any."""

from __future__ import annotations

import dataclasses
import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor.checksums import wrong_checksums
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.package import is_descriptor, may_be_descriptor
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.yamltext import DescriptorError, parse_yaml
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem, show

MOST_BYTES = 64 * 1024 * 1024
MOST_MEMBERS = 10_000
_MOST_BYTES_OF_FILE = 1024 * 1024
# Lists in lists of one byte each make a hundred times as much of it
_MOST_BYTES_OF_DESCRIPTOR = 2 * 1024 * 1024
_ARCHIVES = (".tar.gz", ".tgz")
_OTHER_ARCHIVES = (".tar", ".tar.xz", ".tar.bz2", ".zip", ".csar")


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """What is at a path: a network-service ``document`` and its ``files``, or the ``files`` of SOL006 packages."""

    document: Any
    files: dict[str, str]
    is_package: bool


def read_path(path: str) -> Source:
    """What ``path`` holds: a document, or a folder or tarball of SOL006 packages.

    Raises DescriptorError: nothing there, no YAML, a file missing or outside, an archive with links, absolute paths or
    ``..``, or one of more than 64 MiB or 10,000 members.
    """
    path = os.path.expanduser(path)
    try:
        if os.path.isdir(path):
            return Source(None, _Package(path).read_folder(path).texts(), True)
        if path.endswith(_ARCHIVES):
            with open(path, "rb") as stream:
                return Source(None, _Package(path).read_archive(stream, "", path).texts(), True)
        if path.endswith(_OTHER_ARCHIVES) and os.path.exists(path):
            why = "this is no .tar.gz: a package is a folder, or a tarball that gzip made smaller"
            raise DescriptorError([Problem(path, why)])
        return _read_document(path)
    except OSError as error:
        raise DescriptorError([Problem(error.filename or path, _reason(error))]) from None


def read_packages(path: str) -> dict[str, dict[str, str] | list[Problem]]:
    """The packages in a folder, by name: the files of each, or why it can not be read.

    Each folder and tarball in it is a package; other archives are there to be refused. A folder with descriptors of its own, and
    a tarball, are one by themselves, called ``.``.

    Raises DescriptorError: nothing there.
    """
    path = os.path.expanduser(path)
    try:
        names = sorted(name for name in os.listdir(path) if not name.startswith(".")) if os.path.isdir(path) else []
    except OSError as error:
        raise DescriptorError([Problem(error.filename or path, _reason(error))]) from None
    if not os.path.exists(path):
        raise DescriptorError([Problem(path, "there is no such file or folder")])
    full = {name: os.path.join(path, name) for name in names}
    if not os.path.isdir(path) or any(_has_descriptor(one) for one in full.values()):
        return {".": _read_package(path)}
    found = {name: _read_package(full[name]) for name in names
             if os.path.isdir(full[name]) or name.endswith((*_ARCHIVES, *_OTHER_ARCHIVES))}
    return {name: [_placed(one, name, full[name]) for one in what] if isinstance(what, list) else what
            for name, what in found.items()}


def _placed(problem: Problem, name: str, full: str) -> Problem:
    """A mistake with the name of its package before it, as those have that are found later."""
    if problem.path.startswith(full):
        return Problem(name + problem.path.removeprefix(full), problem.message)
    return Problem(f"{name}/{problem.path}", problem.message)


def _has_descriptor(path: str) -> bool:
    """Whether a file is a descriptor, or can't be read as what its name says; parameters lie beside packages, too."""
    if not path.endswith((".yaml", ".yml")) or os.path.islink(path) or not os.path.isfile(path):
        return False
    try:
        return is_descriptor(parse_yaml(_read_text(path), path))
    except (DescriptorError, OSError):
        return True


def _read_package(path: str) -> dict[str, str] | list[Problem]:
    try:
        if os.path.islink(path):
            return [Problem(path, "this is a link: a package holds plain files only")]
        source = read_path(path)
        return source.files if source.is_package else [Problem(path, "this is neither a folder nor a tarball")]
    except DescriptorError as error:
        return error.problems


def _reason(error: OSError) -> str:
    return "there is no such file or folder" if isinstance(error, FileNotFoundError) else str(error.strerror or error)


def _read_text(path: str) -> str:
    with open(path, "rb") as stream:
        content = stream.read(_MOST_BYTES_OF_FILE * 16 + 1)
    if len(content) > _MOST_BYTES_OF_FILE * 16:
        raise DescriptorError([Problem(path, "this is larger than 16 MiB")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DescriptorError([Problem(path, f"this is not UTF-8 text: byte {error.start}")]) from None


def _read_document(path: str) -> Source:
    document = parse_yaml(_read_text(path), path)
    if is_descriptor(document):
        problem = Problem(path, "this is a SOL006 descriptor: give the folder or tarball with the NSD's and VNFDs' packages")
        raise DescriptorError([problem])
    folder = os.path.dirname(os.path.abspath(path))
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for place, name in _named_files(document):
        if name not in files:
            try:
                files[name] = _read_beside(folder, name, f"{path}:{place}")
            except DescriptorError as error:
                problems += error.problems
    if problems:
        raise DescriptorError(problems)
    return Source(document, files, False)


def _named_files(document: Any) -> Iterator[tuple[str, str]]:
    """The files that a document names, whatever shape it has: what is wrong with it is said when it is loaded."""
    for number, vnf in enumerate(_items(document, "vnfs")):
        for at, vdu in enumerate(_items(vnf, "vdus")):
            cloud_init = vdu.get("cloud_init") if isinstance(vdu, dict) else None
            name = cloud_init.get("file") if isinstance(cloud_init, dict) else None
            if isinstance(name, str) and name and "\x00" not in name:
                yield f"vnfs[{number}].vdus[{at}].cloud_init.file", name


def _items(value: Any, key: str) -> list[Any]:
    items = value.get(key) if isinstance(value, dict) else None
    return items if isinstance(items, list) else []


def _read_beside(folder: str, name: str, place: str) -> str:
    base = os.path.realpath(folder)
    full = os.path.realpath(os.path.join(base, name))
    if os.path.isabs(name) or os.path.commonpath((base, full)) != base:
        raise DescriptorError([Problem(place, f"{show(name)} is outside: name a file below {folder}")])
    try:
        text = _read_text(full)
    except OSError as error:
        raise DescriptorError([Problem(place, f"{show(name)}: {_reason(error)}: looked for {full}")]) from None
    if len(text) > _MOST_BYTES_OF_FILE:
        raise DescriptorError([Problem(place, f"{show(name)} is larger than 1 MiB")])
    return text


class _Limited(io.RawIOBase):
    """A stream that ends in an error rather than in more bytes than allowed."""

    def __init__(self, stream: gzip.GzipFile, path: str) -> None:
        super().__init__()
        self.stream = stream
        self.path = path
        self.left = 2 * MOST_BYTES

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        self.left -= len(data)
        if self.left < 0:
            raise _too_large(self.path)
        return data


def _too_large(path: str) -> DescriptorError:
    return DescriptorError([Problem(path, f"this holds more than {MOST_BYTES // 1024 // 1024} MiB")])


class _Package:
    """Collects files, and counts bytes and members over all of them."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.bytes = 0
        self.members = 0
        self.contents: dict[str, bytes] = {}

    def count(self, size: int) -> None:
        self.bytes += size
        self.members += 1
        if self.bytes > MOST_BYTES:
            raise _too_large(self.path)
        if self.members > MOST_MEMBERS:
            raise DescriptorError([Problem(self.path, f"this holds more than {MOST_MEMBERS} files and folders")])

    def texts(self) -> dict[str, str]:
        """The texts among what was read; pictures, images and charms' archives are not what a reader of descriptors is for.

        Raises DescriptorError: a file is not as its package's checksums.txt says, YAML is no text or too much of it.
        """
        problems = wrong_checksums(self.contents)
        found = {}
        for name, content in self.contents.items():
            if len(content) > _MOST_BYTES_OF_DESCRIPTOR and may_be_descriptor(name):
                problems.append(Problem(name, f"this is larger than {_MOST_BYTES_OF_DESCRIPTOR // 1024 // 1024} MiB"))
                continue
            try:
                found[name] = content.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                if may_be_descriptor(name):
                    problems.append(Problem(name, f"this is not UTF-8 text: byte {error.start}"))
        if problems:
            raise DescriptorError(problems)
        return found

    def read_folder(self, folder: str) -> _Package:
        for base, folders, names in os.walk(folder, onerror=_raise):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in [*folders, *sorted(names)]:
                full = os.path.join(base, name)
                if os.path.islink(full):
                    raise DescriptorError([Problem(full, "this is a link: a package holds plain files only")])
                if name in folders:
                    self.count(0)
                elif not name.startswith(".") and os.path.isfile(full):
                    self.read_file(full, os.path.relpath(full, folder).replace(os.sep, "/"))
        return self

    def read_file(self, full: str, name: str) -> None:
        self.count(os.path.getsize(full))
        with open(full, "rb") as stream:
            if name.endswith(_ARCHIVES):
                self.read_archive(stream, name.removesuffix(".tgz").removesuffix(".tar.gz") + "/", full)
            else:
                self.contents[name] = stream.read(MOST_BYTES)

    def read_archive(self, stream: IO[bytes], prefix: str, path: str) -> _Package:
        try:
            with gzip.open(stream) as unzipped, tarfile.open(fileobj=_Limited(unzipped, path), mode="r|") as archive:
                for member in archive:
                    self.read_member(archive, member, prefix, path)
        except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile, ValueError, OverflowError) as error:
            if isinstance(error, DescriptorError):
                raise
            raise DescriptorError([Problem(path, f"this is no tarball: {error}")]) from None
        return self

    def read_member(self, archive: tarfile.TarFile, member: tarfile.TarInfo, prefix: str, path: str) -> None:
        parts = member.name.split("/")
        self.count(max(member.size, 0))
        if member.name.startswith("/") or ".." in parts or "\\" in member.name:
            raise DescriptorError([Problem(path, f"{show(member.name)} would be outside: such an archive is not read")])
        if not (member.isfile() or member.isdir()):
            raise DescriptorError([Problem(path, f"{show(member.name)} is a link or a device: a package holds plain files only")])
        content = archive.extractfile(member) if member.isfile() else None
        if content is not None:
            name = "/".join(part for part in parts if part not in ("", "."))
            if prefix + name in self.contents:
                raise DescriptorError([Problem(path, f"{show(member.name)} is there twice")])
            self.contents[prefix + name] = content.read()


def _raise(error: OSError) -> None:
    raise error
