"""Writes packages/weights/src/formats/iq-grids.ts: the grids of GGUF's IQ types, from gguf-py.

A grid's points are in ascending order when read as numbers whose lowest digit is the first element, so that a grid is
a list of gaps. A gap is written as characters: each `a` adds 50, and one from `(` (0) to `Y` (49) ends it.

Requirements: gguf==0.19.0 numpy==2.4.6
Usage: python tooling/reference/gguf_grids.py
"""

from pathlib import Path

import numpy as np
from gguf import quants

TARGET = Path(__file__).resolve().parents[2] / "packages/weights/src/formats/iq-grids.ts"

HEAD = '''/**
 * Reads a grid: points of small integers, in ascending order of the numbers that they are with the first element as
 * the lowest digit. `gaps` has the differences between neighbours: each `a` adds 50, and a character from `(` (0) to
 * `Y` (49) ends one.
 *
 * @returns uint8 `[points, elements]`
 */
function readGrid(gaps: string, elements: number, levels: readonly number[]): Uint8Array {
  const grid: number[] = [];
  let point = 0;
  for (const character of gaps) {
    if (character === 'a') {
      point += 50;
      continue;
    }
    point += character.charCodeAt(0) - 40;
    for (let index = 0, rest = point; index < elements; index++, rest = Math.floor(rest / levels.length)) {
      grid.push(levels[rest % levels.length]!);
    }
  }
  return Uint8Array.from(grid);
}

/** A grid that is read when it is first used. */
function lazyGrid(gaps: string, elements: number, levels: readonly number[]): () => Uint8Array {
  let grid: Uint8Array | undefined;
  return () => {
    grid ??= readGrid(gaps, elements, levels);
    return grid;
  };
}

const magnitudes = [8, 25, 43];
'''


def gaps(grid, levels):
    digits = np.searchsorted(levels, grid)
    points = (digits * len(levels) ** np.arange(grid.shape[1])).sum(axis=1)
    result = ""
    for gap in np.diff(points, prepend=0):
        assert gap >= 0
        result += "a" * (gap // 50) + chr(40 + gap % 50)
    return result


def main():
    parts = [
        HEAD.rstrip("\n") + "\n",
        "// Made by tooling/reference/gguf_grids.py from gguf-py; biome-ignore-start format: data\n".replace("; biome", "\n// biome"),
    ]
    for name, constant, levels in [
        ("IQ2_XXS", "iq2xxsGrid", "magnitudes"),
        ("IQ2_XS", "iq2xsGrid", "magnitudes"),
        ("IQ2_S", "iq2sGrid", "magnitudes"),
        ("IQ3_XXS", "iq3xxsGrid", "[4, 12, 20, 28, 36, 44, 52, 62]"),
        ("IQ3_S", "iq3sGrid", "[1, 3, 5, 7, 9, 11, 13, 15]"),
        ("IQ1_S", "iq1sGrid", "[0, 1, 2]"),
    ]:
        kind = getattr(quants, name)
        kind.init_grid()
        grid = kind.grid.reshape(kind.grid_shape)
        text = gaps(grid, np.array(kind.grid_map, dtype=np.float32))
        lines = [text[at : at + 100] for at in range(0, len(text), 100)]
        points, elements = kind.grid_shape
        shift = "; 0, 1 and 2 stand for -1, 0 and 1" if name == "IQ1_S" else ""
        parts.append(f"/** Grid of {name}: {points} points of {elements} elements{shift}. */\n")
        body = " +\n    ".join(f"'{line}'" for line in lines)
        parts.append(f"export const {constant}: () => Uint8Array = lazyGrid(\n  {body},\n  {elements}, {levels},\n);\n\n")
    parts.append("// biome-ignore-end format: data\n")
    TARGET.write_text("\n".join(parts[:1]) + "\n" + "".join(parts[1:]))


if __name__ == "__main__":
    main()
