# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Descriptors on disk: documents with their files, folders and tarballs, and what is refused."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.nfv.mano.plugins.module_utils.descriptor import DescriptorError, read_packages, read_path
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.yamltext import parse_yaml

DOCUMENT = "name: x\nvnfs: [{name: v, vdus: [{name: d, cloud_init: {file: FILE}}]}]\n"
PLACE = "vnfs[0].vdus[0].cloud_init.file"


def refused(path: Path) -> str:
    with pytest.raises(DescriptorError) as raised:
        read_path(str(path))
    return str(raised.value)


def test_a_document_with_its_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.cfg").write_text("hello ä", encoding="utf-8")
    document = tmp_path / "x.yaml"
    document.write_text(DOCUMENT.replace("FILE", "sub/a.cfg"), encoding="utf-8")
    source = read_path(str(document))
    assert source.document["name"] == "x"
    assert source.files == {"sub/a.cfg": "hello ä"}
    assert not source.is_package


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    document = tmp_path / "x.yaml"
    document.write_text(DOCUMENT.replace("FILE", "a.cfg"), encoding="utf-8")
    assert refused(document) == (
        f"{document}:{PLACE}: 'a.cfg': there is no such file or folder: looked for {tmp_path / 'a.cfg'}"
    )


@pytest.mark.parametrize("name", ["../a.cfg", "/etc/passwd", "sub/../../a.cfg", "link.cfg"])
def test_a_file_outside_is_not_read(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "a.cfg").write_text("secret", encoding="utf-8")
    (folder / "link.cfg").symlink_to(tmp_path / "a.cfg")
    document = folder / "x.yaml"
    document.write_text(DOCUMENT.replace("FILE", name), encoding="utf-8")
    assert refused(document) == f"{document}:{PLACE}: '{name}' is outside: name a file below {folder}"


def test_what_is_no_text(tmp_path: Path) -> None:
    document = tmp_path / "x.yaml"
    document.write_bytes(b"name: \xff")
    assert refused(document) == f"{document}: this is not UTF-8 text: byte 6"


def test_what_is_not_there_or_not_readable(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.yaml") == f"{tmp_path / 'no.yaml'}: there is no such file or folder"
    assert refused(tmp_path / "no.tar.gz") == f"{tmp_path / 'no.tar.gz'}: there is no such file or folder"


def test_a_document_of_any_shape_is_left_to_the_reader(tmp_path: Path) -> None:
    document = tmp_path / "x.yaml"
    for text in ("5", "[]", "vnfs: 5", "vnfs: [5, {vdus: [6, {cloud_init: [], x: 1}, {cloud_init: {file: 7}}]}]", ""):
        document.write_text(text, encoding="utf-8")
        assert read_path(str(document)).files == {}


def test_a_single_descriptor_is_no_document(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("vnfd: {id: x}", encoding="utf-8")
    assert "this is a SOL006 descriptor: give the folder or tarball" in refused(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: x\nvnfs: [\n", ", line 3, column 1: this is no valid YAML"),
        ("name: x\nname: y\n", ", line 2, column 1: this is no valid YAML: the key 'name' is there twice"),
        ("a: !!python/object:os.system x", ", line 1, column 4: this is no valid YAML: could not determine a constructor"),
        ("a: \x07", ": this is no valid YAML: "),
        ("[" * 100, ", line 1, column 65: this is nested deeper than 64 levels"),
        ("- " * 10_000 + "x", ", line 1, column 129: this is nested deeper than 64 levels"),
        ("a: &a [*a]", ":a[0]: this contains itself, by an anchor"),
        ("b: 1\na: &a {x: [{y: *a}]}", ":a.x[0].y: this contains itself, by an anchor"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{this}: &{this} [{','.join(['*' + last] * 10)}]\n" for last, this in zip("abcdefg", "bcdefgh")),
            ": its anchors make more than 2000000 values of it",
        ),
        ("a: 1\n---\nb: 2\n", ", line 2, column 1: this is no valid YAML: but found another document"),
    ],
)
def test_yaml_that_is_not_sound(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    assert refused(path).startswith(f"{path}{message}")


def test_addresses_and_dates_stay_as_they_are_written() -> None:
    read = parse_yaml("[12:34:56:12:34:56, 2026-01-01, 1_000, 1.5, -3, 0x10, 0o17, 1.2.3, true, ~, '4']", "x")
    assert read == ["12:34:56:12:34:56", "2026-01-01", 1000, 1.5, -3, 16, "0o17", "1.2.3", True, None, "4"]


def test_merge_keys_and_anchors_work() -> None:
    assert parse_yaml("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", "x")["b"] == {"x": 1, "y": 3}


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "web" / "cloud_init").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x", encoding="utf-8")
    (tmp_path / "web" / "vnfd.yaml").write_text("vnfd: {}", encoding="utf-8")
    (tmp_path / "web" / "cloud_init" / "a.cfg").write_text("x", encoding="utf-8")
    (tmp_path / "web" / "logo.png").write_bytes(b"\x89PNG\xff")
    source = read_path(str(tmp_path))
    assert source.is_package
    assert source.document is None
    assert sorted(source.files) == ["web/cloud_init/a.cfg", "web/vnfd.yaml"]


def test_a_folder_with_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("/etc")
    assert refused(tmp_path) == f"{tmp_path / 'a'}: this is a link: a package holds plain files only"


Pack = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    def make(members: dict[str, bytes | tarfile.TarInfo], name: str = "x.tar.gz") -> Path:
        path = tmp_path / name
        with tarfile.open(path, "w:gz", compresslevel=1) as archive:
            for member, content in members.items():
                if isinstance(content, tarfile.TarInfo):
                    content.name = member
                    archive.addfile(content)
                else:
                    info = tarfile.TarInfo(member)
                    info.size = len(content)
                    archive.addfile(info, io.BytesIO(content))
        return path

    return make


def special(kind: bytes, target: str = "/etc/passwd") -> tarfile.TarInfo:
    info = tarfile.TarInfo()
    info.type = kind
    info.linkname = target
    return info


def test_a_tarball(pack: Pack) -> None:
    members = {"./web": special(tarfile.DIRTYPE), "./web/vnfd.yaml": b"vnfd: {}", "web/icon": b"\xff"}
    source = read_path(str(pack(members)))
    assert (source.files, source.is_package) == ({"web/vnfd.yaml": "vnfd: {}"}, True)


def test_a_folder_of_tarballs(pack: Pack, tmp_path: Path) -> None:
    pack({"web/vnfd.yaml": b"a"}, "one.tar.gz")
    pack({"ns/nsd.yaml": b"b"}, "two.tgz")
    assert read_path(str(tmp_path)).files == {"one/web/vnfd.yaml": "a", "two/ns/nsd.yaml": "b"}


@pytest.mark.parametrize(
    ("member", "content", "message"),
    [
        ("/etc/x.yaml", b"x", "'/etc/x.yaml' would be outside: such an archive is not read"),
        ("a/../../x.yaml", b"x", "'a/../../x.yaml' would be outside: such an archive is not read"),
        ("a", special(tarfile.SYMTYPE), "'a' is a link or a device: a package holds plain files only"),
        ("a", special(tarfile.LNKTYPE), "'a' is a link or a device: a package holds plain files only"),
        ("a", special(tarfile.FIFOTYPE), "'a' is a link or a device: a package holds plain files only"),
    ],
)
def test_archives_that_are_refused(pack: Pack, member: str, content: bytes | tarfile.TarInfo, message: str) -> None:
    path = pack({member: content})
    assert refused(path) == f"{path}: {message}"


def test_an_archive_of_too_many_bytes(pack: Pack) -> None:
    path = pack({f"a{number}": bytes(8 * 1024 * 1024) for number in range(9)})
    assert refused(path) == f"{path}: this holds more than 64 MiB"


def test_an_archive_of_too_many_members(pack: Pack) -> None:
    path = pack({f"a{number}": special(tarfile.DIRTYPE) for number in range(10_001)})
    assert refused(path) == f"{path}: this holds more than 10000 files and folders"


def test_an_archive_whose_header_is_a_bomb(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type = tarfile.GNUTYPE_LONGNAME
    info.size = 200 * 1024 * 1024
    import gzip

    path = tmp_path / "x.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(info.tobuf())
        for _part in range(200):
            stream.write(bytes(1024 * 1024))
    assert refused(path) == f"{path}: this holds more than 64 MiB"


def test_what_is_no_archive(tmp_path: Path, pack: Pack) -> None:
    path = tmp_path / "y.tar.gz"
    path.write_bytes(b"hello")
    assert refused(path).startswith(f"{path}: this is no tarball: ")
    whole = pack({"a.yaml": os.urandom(100_000).hex().encode()})
    path.write_bytes(whole.read_bytes()[:50_000])
    assert refused(path).startswith(f"{path}: this is no tarball: ")


SUMS = {"./web": special(tarfile.DIRTYPE), "web/vnfd.yaml": b"vnfd: {}", "web/icon.png": b"\xff"}


@pytest.mark.parametrize("line", [
    "7fda8ca48c33b5f8ea3b5cc43b4d4bd0  vnfd.yaml", "00594fd4f42ba43fc1ca0427a0576295 *icon.png",
    "00594fd4f42ba43fc1ca0427a0576295\tweb/icon.png",
    "a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89  ./icon.png", "", "# by hand",
    "7fda8ca48c33b5f8ea3b5cc43b4d4bd0  .hidden"])
def test_checksums_that_are_right(pack: Pack, line: str) -> None:
    import hashlib

    line = line.replace("7fda8ca48c33b5f8ea3b5cc43b4d4bd0", hashlib.md5(b"vnfd: {}").hexdigest())
    assert "web/vnfd.yaml" in read_path(str(pack({**SUMS, "web/checksums.txt": f"{line}\n".encode()}))).files


@pytest.mark.parametrize(("line", "message"), [
    ("00594fd4f42ba43fc1ca0427a0576295  vnfd.yaml", "'vnfd.yaml' is another file: its md5 is "),
    ("00594fd4f42ba43fc1ca0427a0576295  x.yaml", "'x.yaml' is not in the package"),
    ("00594fd4  vnfd.yaml", "'00594fd4  vnfd.yaml' is no checksum with a file: write both, as md5sum does"),
    ("vnfd.yaml", "'vnfd.yaml' is no checksum with a file: write both, as md5sum does")])
def test_checksums_that_are_wrong(pack: Pack, line: str, message: str) -> None:
    path = pack({**SUMS, "web/checksums.txt": f"\n{line}\n".encode()})
    assert refused(path).startswith(f"web/checksums.txt, line 2: {message}")


def test_an_archive_with_a_file_twice(pack: Pack, tmp_path: Path) -> None:
    path = pack({"a.yaml": b"x", "./a.yaml": b"y"})
    assert refused(path) == f"{path}: './a.yaml' is there twice"


def test_packages_of_a_folder_are_read_one_by_one(pack: Pack, tmp_path: Path) -> None:
    pack({"vnfd.yaml": b"vnfd: {}"}, "good.tar.gz")
    pack({"../x": b""}, "bad.tar.gz")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "nsd.yaml").write_text("nsd: {}", encoding="utf-8")
    (tmp_path / "link").symlink_to("/etc")
    (tmp_path / "README").write_text("x", encoding="utf-8")
    found = read_packages(str(tmp_path))
    assert {name: files for name, files in found.items() if isinstance(files, dict)} == {
        "good.tar.gz": {"vnfd.yaml": "vnfd: {}"}, "plain": {"nsd.yaml": "nsd: {}"}}
    assert {name: why[0].message for name, why in found.items() if isinstance(why, list)} == {
        "bad.tar.gz": "'../x' would be outside: such an archive is not read",
        "link": "this is a link: a package holds plain files only"}
    assert list(read_packages(str(tmp_path / "good.tar.gz"))) == ["."]
    assert list(read_packages(str(tmp_path / "plain"))) == ["."]
    with pytest.raises(DescriptorError, match="there is no such file or folder"):
        read_packages(str(tmp_path / "nowhere"))


def test_parameters_beside_packages_are_no_package(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "vnfd.yaml").write_text("vnfd: {}", encoding="utf-8")
    (tmp_path / "params.yml").write_text("nfv_params: {}", encoding="utf-8")
    assert list(read_packages(str(tmp_path))) == ["web"]
    (tmp_path / "params.yml").write_text("nsd: {}", encoding="utf-8")
    assert list(read_packages(str(tmp_path))) == ["."]
    (tmp_path / "params.yml").write_text("nsd: [", encoding="utf-8")
    assert list(read_packages(str(tmp_path))) == ["."]


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.csar"])
def test_archives_of_other_kinds_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert [str(problem) for problem in read_packages(str(tmp_path))[name]] == [
        f"{name}: this is no .tar.gz: a package is a folder, or a tarball that gzip made smaller"]
    assert refused(tmp_path / name).startswith(f"{tmp_path / name}: this is no .tar.gz: ")


def test_mistakes_are_in_their_package(pack: Pack, tmp_path: Path) -> None:
    pack({"web/checksums.txt": b"x"}, "a.tar.gz")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "vnfd.yaml").write_bytes(b"vnfd: \xff")
    (tmp_path / "b" / "large.yaml").write_bytes(b"[" + b"[]," * 700_000 + b"]")
    (tmp_path / "b" / "logo.png").write_bytes(b"\xff")
    found = read_packages(str(tmp_path))
    assert [str(problem) for problems in found.values() for problem in problems] == [
        "a.tar.gz/web/checksums.txt, line 1: 'x' is no checksum with a file: write both, as md5sum does",
        "b/large.yaml: this is larger than 2 MiB", "b/vnfd.yaml: this is not UTF-8 text: byte 6"]
