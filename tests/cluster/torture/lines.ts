// Everything that a database has, as lines that are the same in every one: rows of all kinds with their births and stamps,
// names, and the audit. Tombstones end at each peer's own time. Read from a file beside the server that writes it, and of a
// shared database through its driver.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Batch, isSameMeta, type Meta, type Store } from '../../../server/store/store.ts'
import type { Server } from './server.ts'

/** Key, and what is there. */
export interface Lines {
  readonly lines: ReadonlyMap<string, string>
  /** By name, the holder of the earliest claim. */
  readonly holders: ReadonlyMap<string, string>
}

const PAGE = 500
const MOST_TRIES = 20

const LINES = `
  SELECT kind || '/' || id || ' ' || name AS key,
    body || ' ' || epoch || '/' || hlc || '/' || origin || '/' || seq || ' '
      || birth_origin || '/' || birth_seq || ' ' || ifnull(hex(unknown), '') AS line
  FROM record_group JOIN record USING (kind, id)
  UNION ALL
  SELECT 'claim ' || claim || ' ' || birth_origin || '/' || birth_seq, holder FROM claim
  UNION ALL
  SELECT stream || ' ' || origin || '/' || seq || '/' || place, subject || ' ' || body
  FROM entry WHERE stream = 'audit'`

export async function readLines(server: Server): Promise<Lines> {
  return server.store ? await readShared(server.store) : readFile(server)
}

function readFile(server: Server): Lines {
  const file = new DatabaseSync(join(server.folder, 'state.db'), { readOnly: true })
  try {
    const all = file.prepare(LINES).all()
    const claims = file.prepare('SELECT claim, holder FROM claim').all()
    return {
      lines: sorted(all.map(({ key, line }) => [String(key), String(line)])),
      holders: new Map(claims.map(({ claim, holder }) => [String(claim), String(holder)])),
    }
  } finally {
    file.close()
  }
}

/** Of one moment: again, where somebody wrote meanwhile. */
async function readShared(store: Store): Promise<Lines> {
  for (let tries = 0; ; tries++) {
    const before = await store.meta()
    const read = await readOnce(store)
    const after = await store.meta()
    if (tries >= MOST_TRIES || isSame(before, after)) return read
  }
}

const isSame = (a: Meta | undefined, b: Meta | undefined): boolean =>
  a !== undefined && b !== undefined && isSameMeta(a, b)

async function readOnce(store: Store): Promise<Lines> {
  const lines: [string, string][] = []
  const holders = new Map<string, string>()
  for await (const batch of store.load()) {
    lines.push(...groupLines(batch))
    for (const { claim, birth, holder } of batch.claims) {
      lines.push([`claim ${claim} ${birth.origin}/${birth.seq}`, holder])
      holders.set(claim, holder)
    }
  }
  for await (const line of auditLines(store)) lines.push(line)
  return { lines: sorted(lines), holders }
}

function* groupLines({ rows }: Batch): Generator<[string, string]> {
  for (const { kind, id, birth, groups } of rows) {
    for (const { name, body, version, unknown } of groups) {
      const { epoch, hlc, origin, seq } = version
      const more = unknown ? Buffer.from(unknown).toString('hex').toUpperCase() : ''
      const stamp = `${epoch}/${hlc}/${origin}/${seq}`
      yield [`${kind}/${id} ${name}`, `${body} ${stamp} ${birth.origin}/${birth.seq} ${more}`]
    }
  }
}

async function* auditLines(store: Store): AsyncGenerator<[string, string]> {
  let before: number | undefined
  for (;;) {
    const page = await store.readStream({ stream: 'audit', limit: PAGE, before })
    for (const { dot, index, subject, body } of page) {
      yield [`audit ${dot.origin}/${dot.seq}/${index}`, `${subject} ${body}`]
    }
    before = page.at(-1)?.position
    if (page.length < PAGE) return
  }
}

const sorted = (lines: [string, string][]): Map<string, string> =>
  new Map(lines.toSorted(([a], [b]) => (a < b ? -1 : 1)))
