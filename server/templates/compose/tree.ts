// A Compose file as a tree of places: anchors, aliases and merge keys are followed, since files that people post are full
// of them, but only so far: a few lines of them can stand for more than any machine holds.

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml'
import type { TemplateProblem } from '#protocol/api/templates.ts'
import { boundsProblem } from '../bounds.ts'

/** Values of a file after all aliases were followed. The longest files that people post have some hundreds. */
const MAX_VALUES = 5000
/** Maps and lists within each other; Compose's own words go 6 deep. */
const MAX_DEPTH = 20

export interface Place {
  readonly line: number
  readonly column: number
}

export interface Entry {
  readonly key: string
  readonly at: Place
  readonly value: Value
}

export type Value =
  | { readonly kind: 'map'; readonly at: Place; readonly entries: readonly Entry[] }
  | { readonly kind: 'list'; readonly at: Place; readonly items: readonly Value[] }
  /** `null` stands for nothing behind the colon. */
  | { readonly kind: 'scalar'; readonly at: Place; readonly text: string | null }

/** Why a file is not followed further. */
class Unreadable extends Error {
  readonly problem: TemplateProblem

  constructor(problem: TemplateProblem) {
    super(problem.message)
    this.problem = problem
  }
}

export type Tree = { readonly root: Value } | { readonly problems: readonly TemplateProblem[] }

export function readTree(source: string): Tree {
  const bounds = boundsProblem(source)
  if (bounds !== undefined) return { problems: [bounds] }
  const lines = new LineCounter()
  const options = { lineCounter: lines, prettyErrors: false, merge: false, uniqueKeys: false }
  const document = parseDocument(source, options)
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => {
      const { line, col } = lines.linePos(pos[0])
      return { line, column: col, message: `This is not YAML: ${message}` }
    })
    return { problems }
  }
  try {
    return { root: new Reader(lines).read(document.contents, undefined, 0) }
  } catch (caught) {
    if (caught instanceof Unreadable) return { problems: [caught.problem] }
    throw caught
  }
}

class Reader {
  readonly #lines: LineCounter
  /** By name, as far as the file was read: an alias stands for the last one before it. */
  readonly #anchors = new Map<string, Node>()
  #left = MAX_VALUES

  constructor(lines: LineCounter) {
    this.#lines = lines
  }

  read(node: Node | null, before: Node | undefined, depth: number): Value {
    const at = this.#place(node ?? before)
    if (--this.#left < 0) throw new Unreadable({ ...at, message: 'The file has too many values.' })
    if (depth > MAX_DEPTH)
      throw new Unreadable({ ...at, message: 'The file is nested too deeply.' })
    if (isAlias(node)) return this.read(this.#aliased(node.source, at), before, depth + 1)
    const anchor = (node as Scalar | null)?.anchor
    if (anchor !== undefined && node !== null) this.#anchors.set(anchor, node)
    if (isMap(node)) {
      const pairs = node.items as Pair<Node, Node | null>[]
      return { kind: 'map', at, entries: this.#entries(pairs, depth) }
    }
    if (isSeq(node)) {
      const items = (node.items as Node[]).map((item) => this.read(item, node, depth + 1))
      return { kind: 'list', at, items }
    }
    return { kind: 'scalar', at, text: scalarText(node) }
  }

  /** What is merged in stands behind a map's own keys, which win. */
  #entries(pairs: readonly Pair<Node, Node | null>[], depth: number): Entry[] {
    const own = new Map<string, Entry>()
    const merged: Entry[] = []
    for (const { key: keyNode, value: node } of pairs) {
      const key = scalarText(keyNode) ?? ''
      const value = this.read(node, keyNode, depth + 1)
      if (key === '<<') merged.push(...mergedEntries(value))
      else own.set(key, { key, at: this.#place(keyNode), value })
    }
    for (const entry of merged) if (!own.has(entry.key)) own.set(entry.key, entry)
    return [...own.values()]
  }

  #aliased(name: string, at: Place): Node {
    const node = this.#anchors.get(name)
    if (node !== undefined) return node
    throw new Unreadable({ ...at, message: `There is no anchor “${name.slice(0, 64)}” above.` })
  }

  #place(node: Node | null | undefined): Place {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0)
    return { line, column: col }
  }
}

function mergedEntries(value: Value): readonly Entry[] {
  if (value.kind === 'map') return value.entries
  return value.kind === 'list' ? value.items.flatMap(mergedEntries) : []
}

function scalarText(node: Node | null): string | null {
  if (!isScalar(node) || node.value === null) return null
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}

export const entryOf = (value: Value | undefined, key: string): Entry | undefined =>
  value?.kind === 'map' ? value.entries.find((entry) => entry.key === key) : undefined
