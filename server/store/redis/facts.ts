// What a server says of itself when it is connected to, and whether a state may be kept there. Pure.

/** The oldest that this is tried with; earlier ones write scripts into their log, not what they did. */
const OLDEST = 7

export interface Facts {
  readonly version: string
  /** Another after each start of a server: who finds another may find less than was acknowledged. */
  readonly runId: string
  readonly role: string
  readonly isLoading: boolean
  readonly hasLog: boolean
  /** `always`, `everysec` or `no`; undefined where the server does not tell. */
  readonly fsync: string | undefined
  /** Bytes; 0: no limit. */
  readonly maxMemory: number
  readonly policy: string
}

/** Of `INFO`, and what `CONFIG GET appendfsync` answered. */
export function factsOf(info: string, fsync: string | undefined): Facts {
  const fields = new Map<string, string>()
  for (const line of info.split(/\r?\n/)) {
    const at = line.indexOf(':')
    if (at > 0 && !line.startsWith('#')) fields.set(line.slice(0, at), line.slice(at + 1))
  }
  const get = (name: string): string => fields.get(name) ?? ''
  return {
    version: get('redis_version'),
    runId: get('run_id'),
    role: get('role'),
    isLoading: get('loading') === '1',
    hasLog: get('aof_enabled') === '1',
    fsync,
    maxMemory: Number(get('maxmemory')),
    policy: get('maxmemory_policy'),
  }
}

/** Why it is none to keep a state in; nothing where it is one. */
export function unfitness(facts: Facts): string | undefined {
  if (!(Number.parseInt(facts.version, 10) >= OLDEST)) {
    return `it is Redis ${facts.version}, and ${OLDEST}.0 or a newer one is needed`
  }
  return undefined
}

/** Why it may forget what it has acknowledged; nothing where it does not. */
export function weakness({ hasLog, fsync, maxMemory, policy }: Facts): string | undefined {
  if (!hasLog) return 'it keeps no append-only file (appendonly no)'
  if (fsync === 'no') return 'it never syncs its append-only file (appendfsync no)'
  if (maxMemory > 0 && policy !== 'noeviction') {
    return `it throws data away when its memory is full (maxmemory-policy ${policy})`
  }
  return undefined
}
