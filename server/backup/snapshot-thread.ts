// Copies a database as it is at one instant, while others write to it, in a thread of its own: SQLite says nothing until
// it is through. VACUUM INTO and not SQLite's backup, which begins again whenever another process writes.

import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

/** Only the first moment needs a lock; a commit under way is over in milliseconds. */
const BUSY_TIMEOUT_MS = 10_000

const { from, to }: { from: string; to: string } = workerData
using file = new DatabaseSync(from, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
file.prepare('VACUUM INTO ?').run(to)
