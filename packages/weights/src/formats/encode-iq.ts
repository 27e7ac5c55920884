import type { GridLayout } from './encode-on-grid.ts';
import { iq2sGrid, iq2xsGrid, iq2xxsGrid, iq3sGrid, iq3xxsGrid } from './iq-grids.ts';
import { lazyLattice } from './lattice.ts';

const round = Math.fround;
const tenth = round(0.1);
const fifth = round(0.2);

const addWord = (bytes: Uint8Array, at: number, word: number) => {
  for (let i = 0; i < 4; i++) bytes[at + i]! |= (word >>> (8 * i)) & 255;
};
const packSigns = (signs: Uint8Array) => signs.reduce((word, bits, index) => word | (bits << (7 * index)), 0);

/** Two scales of 4 bits to a byte. */
const pairedScales = (offset: number) => (bytes: Uint8Array, at: number, group: number, scale: number) => {
  bytes[at + offset + (group >> 1)]! |= scale << (4 * (group & 1));
};

/** A scale in the upper bits of a word of signs. */
const upperScales =
  (offset: number, stride: number) => (bytes: Uint8Array, at: number, group: number, scale: number) => {
    bytes[at + offset + stride * group]! |= scale << 4;
  };

export const iq2xxsLayout = (): GridLayout => ({
  fit: {
    lattice: lazyLattice(iq2xxsGrid, 8, 2),
    ...{ groupLength: 32, levelCount: 3, tries: 6, step: tenth, zeroBelow: round(1e-15) },
    ...{ startsOffGrid: true, again: 'all' },
  },
  ...{ blockBytes: 66, evenSigns: true, spread: 1, unitFactor: 1 },
  write(bytes, at, group, points, signs) {
    bytes.set(points, at + 2 + 8 * group);
    addWord(bytes, at + 6 + 8 * group, packSigns(signs));
  },
  writeScale: upperScales(9, 8),
});

export const iq2xsLayout = (): GridLayout => ({
  fit: {
    lattice: lazyLattice(iq2xsGrid, 8, 2),
    ...{ groupLength: 16, levelCount: 3, tries: 9, step: tenth, zeroBelow: round(1e-15), again: 'off-grid' },
  },
  ...{ blockBytes: 74, evenSigns: true, spread: 1, unitFactor: 1 },
  write(bytes, at, group, points, signs) {
    for (let i = 0; i < 2; i++) {
      const word = points[i]! | (signs[i]! << 9);
      bytes.set([word & 255, word >> 8], at + 2 + 4 * group + 2 * i);
    }
  },
  writeScale: pairedScales(66),
});

export const iq2sLayout = (): GridLayout => ({
  fit: {
    lattice: lazyLattice(iq2sGrid, 8, 1),
    ...{ groupLength: 16, levelCount: 3, tries: 9, step: tenth, zeroBelow: round(1e-8), again: 'off-grid' },
  },
  ...{ blockBytes: 82, evenSigns: false, spread: 2, unitFactor: round(0.9875) },
  weigh: (square, mean) => mean / 4 + square,
  write(bytes, at, group, points, signs) {
    for (let i = 0; i < 2; i++) {
      const index = 2 * group + i;
      bytes[at + 2 + index] = points[i]!;
      bytes[at + 34 + index] = signs[i]!;
      bytes[at + 66 + (index >> 2)]! |= (points[i]! >> 8) << (2 * (index & 3));
    }
  },
  writeScale: pairedScales(74),
});

export const iq3xxsLayout = (): GridLayout => ({
  fit: {
    lattice: lazyLattice(iq3xxsGrid, 4, 2),
    ...{ groupLength: 32, levelCount: 8, tries: 15, step: fifth, zeroBelow: round(1e-8), again: 'off-grid' },
  },
  ...{ blockBytes: 98, evenSigns: true, spread: 2, unitFactor: round(1.0125) },
  weigh: (square) => square,
  write(bytes, at, group, points, signs) {
    bytes.set(points, at + 2 + 8 * group);
    addWord(bytes, at + 66 + 4 * group, packSigns(signs));
  },
  writeScale: upperScales(69, 4),
});

export const iq3sLayout = (): GridLayout => ({
  fit: {
    lattice: lazyLattice(iq3sGrid, 4, 3),
    ...{ groupLength: 32, levelCount: 8, tries: 9, step: fifth, zeroBelow: 0, again: 'all-if-one' },
  },
  ...{ blockBytes: 110, evenSigns: false, spread: 2, unitFactor: round(1.033) },
  weigh: (square) => square,
  write(bytes, at, group, points, signs) {
    for (let i = 0; i < 8; i++) {
      bytes[at + 2 + 8 * group + i] = points[i]!;
      bytes[at + 66 + group]! |= (points[i]! >> 8) << i;
    }
    bytes.set(signs, at + 74 + 4 * group);
  },
  writeScale: pairedScales(106),
});
