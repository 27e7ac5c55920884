/** A grid as quantizers see it: whole levels 0, 1, 2, … instead of magnitudes. */
export interface Lattice {
  /** Elements of a point. */
  readonly length: number;
  /** Bits of one element's level in the number of a place. */
  readonly bits: number;
  /** Levels of all points, uint8 `[points, length]`. */
  readonly levels: Uint8Array;
  /** The point at a place, -1 where there is none. A place is a number with the first element in its lowest bits. */
  readonly indexAt: (place: number) => number;
  /** The points closest to a place without one: those at the smallest distances, closest first. */
  readonly around: (place: number) => Uint16Array;
}

/**
 * Makes a lattice, when it is first asked for. What lies around a place is found when a quantizer first needs it, not
 * for all places at once as `iq2xs_init_impl` and `iq3xs_init_impl` of ggml-quants.c do; the points are the same.
 *
 * @param grid magnitudes of the points, in the order of their indices
 * @param length elements of a point
 * @param distances how many different distances count as close
 */
export function lazyLattice(grid: () => Uint8Array, length: 4 | 8, distances: number): () => Lattice {
  let made: Lattice | undefined;
  return () => {
    made ??= makeLattice(grid(), length, distances);
    return made;
  };
}

function makeLattice(grid: Uint8Array, length: 4 | 8, distances: number): Lattice {
  const bits = length === 8 ? 2 : 3;
  const magnitudes = [...new Set(grid)].sort((a, b) => a - b);
  const levels = grid.map((magnitude) => magnitudes.indexOf(magnitude));
  const count = grid.length / length;
  const indices = new Int16Array(1 << (bits * length)).fill(-1);
  for (let point = 0; point < count; point++) {
    let place = 0;
    for (let i = 0; i < length; i++) place |= levels[point * length + i]! << (bits * i);
    indices[place] = point;
  }
  const known = new Map<number, Uint16Array>();

  function find(place: number): Uint16Array {
    const rings: number[][] = [];
    for (let point = 0; point < count; point++) {
      let distance = 0;
      for (let i = 0; i < length; i++) {
        const apart = levels[point * length + i]! - ((place >> (bits * i)) & ((1 << bits) - 1));
        distance += apart * apart;
      }
      (rings[distance] ??= []).push(point);
    }
    return Uint16Array.from(Object.values(rings).slice(0, distances).flat());
  }

  return {
    ...{ length, bits, levels },
    indexAt: (place) => indices[place]!,
    around(place) {
      let points = known.get(place);
      if (points === undefined) known.set(place, (points = find(place)));
      return points;
    },
  };
}
