import { partsOf, reach } from './analysis.ts';
import { type ByteNode, bytesOfCodePoints, bytesOfText } from './byte-node.ts';
import type { CodePoints } from './code-points.ts';
import type { LengthOf, Node } from './grammar-node.ts';
import { repetition } from './repetition.ts';
import type { TokenTree } from './token-tree.ts';

const never = Number.POSITIVE_INFINITY;

/**
 * How many tokens suffice to complete each part of a grammar, `Infinity` where the vocabulary's tokens cannot. Parts
 * that are written one after the other are counted apart, so that a token may do more than was counted, never less:
 * wherever a text needs `n` more tokens by this count, some token leaves `n - 1`.
 */
export class CompletionLengths {
  readonly #tokens: TokenTree;
  /** Bytes that are tokens by themselves. */
  readonly #single: boolean[] = [];
  readonly #ofBytes = new WeakMap<ByteNode, number>();
  readonly #ofNodes = new Map<Node, number>();

  constructor(root: Node, tokens: TokenTree) {
    this.#tokens = tokens;
    for (let at = 0; at < tokens.bytes.length; at = tokens.ends[at]!)
      this.#single[tokens.bytes[at]!] = tokens.firstTokens[at]! >= 0;
    // Recursive parts refer to each other: lengths begin at Infinity and come down until none changes.
    let pending = [...reach(root)].reverse();
    for (const node of pending) this.#ofNodes.set(node, never);
    for (let changed = true; changed; pending = pending.filter((node) => partsOf(node).length > 0)) {
      changed = false;
      for (const node of pending) {
        const length = this.#measure(node, partsOf(node).length > 0 ? (part) => this.of(part) : this.of);
        changed ||= length !== this.of(node);
        this.#ofNodes.set(node, length);
      }
    }
  }

  /** Of a whole part. Always this function when lengths are final, so that machines may remember what they found. */
  readonly of: LengthOf = (node) => this.#ofNodes.get(node) ?? this.#measure(node, this.of);

  #measure(node: Node, of: LengthOf): number {
    switch (node.kind) {
      case 'chars':
        return this.#hasSingle(node.points) ? 1 : this.ofBytes(bytesOfCodePoints(node.points));
      case 'text':
        return this.ofBytes(bytesOfText(node.text));
      case 'sequence':
        return node.items.reduce((sum, item) => sum + of(item), 0);
      case 'choice':
        return node.items.reduce((least, item) => Math.min(least, of(item)), never);
      case 'rule':
        return of(node.rule.body);
      case 'repeat':
        return repetition(node).length(0, of);
      case 'machine':
        return node.machine.length(node.machine.start, of);
      default:
        return 1;
    }
  }

  /** Of what is left of a character or a literal. */
  ofBytes(first: ByteNode | undefined): number {
    if (first === undefined) return 0;
    const known = this.#ofBytes.get(first);
    if (known !== undefined) return known;
    const nodes = new Set([first]);
    for (const { edges } of nodes) for (const { target } of edges) if (target) nodes.add(target);
    // From the end, so that a long literal does not recurse.
    for (const node of [...nodes].reverse())
      if (!this.#ofBytes.has(node)) this.#ofBytes.set(node, this.#byTokens(node));
    return this.#ofBytes.get(first)!;
  }

  #hasSingle(points: CodePoints): boolean {
    for (let at = 0; at < points.length; at += 2)
      for (let point = points[at]!; point <= Math.min(points[at + 1]!, 0x7f); point++)
        if (this.#single[point]) return true;
    return false;
  }

  #byTokens(first: ByteNode): number {
    const { bytes, ends, firstTokens } = this.#tokens;
    if (first.points && this.#hasSingle(first.points)) return 1;
    let least = never;
    const walk = ({ edges }: ByteNode, from: number, to: number): void => {
      for (let at = from; at < to; at = ends[at]!) {
        const edge = edges.find((range) => bytes[at]! >= range.first && bytes[at]! <= range.last);
        if (edge === undefined) continue;
        if (firstTokens[at]! >= 0) least = Math.min(least, 1 + this.ofBytes(edge.target));
        if (edge.target) walk(edge.target, at + 1, ends[at]!);
      }
    };
    walk(first, 0, bytes.length);
    return least;
  }
}
