/** Most logits that {@link GpuTop} finds. */
export const MOST_TOP = 1024;

const THREADS = 256;

/** `GPUBufferUsage`: UNIFORM and COPY_DST; STORAGE and COPY_SRC. */
const UNIFORM = 0x40 | 0x08;
const FOUND = 0x80 | 0x04;

/**
 * One workgroup selects by radix: four passes find, byte by byte, the smallest key that is among the wanted, one writes
 * what is larger, and one the equal ones with the lowest ids. Keys are floats as unsigned integers of the same order;
 * -0 equals 0, and NaN is above all, so that it is not lost.
 */
const shader = `
@group(0) @binding(0) var<storage, read> logits: array<u32>;
@group(0) @binding(1) var<storage, read_write> found: array<u32>;
@group(0) @binding(2) var<uniform> sizes: vec4<u32>;

var<workgroup> histogram: array<atomic<u32>, 256>;
var<workgroup> equals: array<u32, ${THREADS}>;
var<workgroup> larger: atomic<u32>;
var<workgroup> threshold: u32;
var<workgroup> missing: u32;

fn key_of(bits: u32) -> u32 {
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return 0xffffffffu; }
  if (size == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

fn keep(place: u32, id: u32) {
  found[place] = logits[id];
  found[sizes.y + place] = id;
}

@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) thread: u32) {
  let count = sizes.x;
  let wanted = sizes.y;
  if (thread == 0u) {
    threshold = 0u;
    missing = wanted;
    atomicStore(&larger, 0u);
  }
  for (var pass_ = 0u; pass_ < 4u; pass_++) {
    let shift = 24u - 8u * pass_;
    atomicStore(&histogram[thread], 0u);
    workgroupBarrier();
    let known = select(0xffffffffu << (shift + 8u), 0u, pass_ == 0u);
    for (var id = thread; id < count; id += ${THREADS}u) {
      let key = key_of(logits[id]);
      if ((key & known) == threshold) { atomicAdd(&histogram[(key >> shift) & 255u], 1u); }
    }
    workgroupBarrier();
    if (thread == 0u) {
      var bin = 255u;
      var here = atomicLoad(&histogram[bin]);
      while (here < missing && bin > 0u) {
        missing -= here;
        bin--;
        here = atomicLoad(&histogram[bin]);
      }
      threshold |= bin << shift;
    }
    workgroupBarrier();
  }
  let run = (count + ${THREADS - 1}u) / ${THREADS}u;
  let first = min(thread * run, count);
  let end = min(first + run, count);
  var own = 0u;
  for (var id = first; id < end; id++) {
    let key = key_of(logits[id]);
    if (key > threshold) { keep(atomicAdd(&larger, 1u), id); }
    if (key == threshold) { own++; }
  }
  equals[thread] = own;
  workgroupBarrier();
  var rank = 0u;
  for (var other = 0u; other < thread; other++) { rank += equals[other]; }
  for (var id = first; id < end && rank < missing; id++) {
    if (key_of(logits[id]) == threshold) {
      keep(wanted - missing + rank, id);
      rank++;
    }
  }
}
`;

/** Finds the largest logits of a row on the GPU: of equal ones, those with the lowest ids. */
export class GpuTop {
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;
  readonly #sizes: GPUBuffer;
  /** uint32 `[2, wanted]`: bits of the logits, then their ids, in no order. */
  readonly found: GPUBuffer;

  constructor(device: GPUDevice) {
    this.#device = device;
    const module = device.createShaderModule({ code: shader });
    this.#pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
    this.#sizes = device.createBuffer({ size: 16, usage: UNIFORM });
    this.found = device.createBuffer({ size: 2 * MOST_TOP * 4, usage: FOUND });
  }

  /** @param logits float32 `[count]` @param wanted at most `count` and {@link MOST_TOP} */
  find(logits: GPUBuffer, count: number, wanted: number): void {
    const { queue } = this.#device;
    queue.writeBuffer(this.#sizes, 0, Uint32Array.of(count, wanted, 0, 0));
    const resources = [{ buffer: logits, size: 4 * count }, { buffer: this.found }, { buffer: this.#sizes }];
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(
      0,
      this.#device.createBindGroup({
        layout: this.#pipeline.getBindGroupLayout(0),
        entries: resources.map((resource, binding) => ({ binding, resource })),
      }),
    );
    pass.dispatchWorkgroups(1);
    pass.end();
    queue.submit([encoder.finish()]);
  }
}
