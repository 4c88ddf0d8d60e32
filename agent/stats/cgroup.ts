// What the container's control group says about its use, in both layouts of the kernel. Paths and fields:
// Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/cpuacct.rst and cgroup-v1/memory.rst.

/** Cumulative, as the kernel counts. */
export interface GroupUsage {
  readonly cpuMicros: number
  readonly memoryBytes: number
  readonly memoryLimitBytes?: number
}

export interface Layout {
  readonly cpu: string
  readonly memory: string
  readonly memoryLimit: string
  readonly memoryStat: string
  readonly parseCpu: (text: string) => number
  /** Page cache that the kernel may drop at any time; nobody calls it used. */
  readonly cacheField: string
}

export const layouts: readonly Layout[] = [
  {
    cpu: '/sys/fs/cgroup/cpu.stat',
    memory: '/sys/fs/cgroup/memory.current',
    memoryLimit: '/sys/fs/cgroup/memory.max',
    memoryStat: '/sys/fs/cgroup/memory.stat',
    parseCpu: (text) => field(text, 'usage_usec'),
    cacheField: 'inactive_file',
  },
  {
    cpu: '/sys/fs/cgroup/cpuacct/cpuacct.usage',
    memory: '/sys/fs/cgroup/memory/memory.usage_in_bytes',
    memoryLimit: '/sys/fs/cgroup/memory/memory.limit_in_bytes',
    memoryStat: '/sys/fs/cgroup/memory/memory.stat',
    parseCpu: (text) => Number.parseInt(text, 10) / 1000,
    cacheField: 'total_inactive_file',
  },
]

/** Version 1 says “no limit” with the largest page-aligned number; anything near it is none. */
const NO_LIMIT_BYTES = 2 ** 60

export async function readUsage(
  layout: Layout,
  read: (file: string) => Promise<string>,
): Promise<GroupUsage> {
  const [cpu, memory, limit, stat] = await Promise.all([
    read(layout.cpu),
    read(layout.memory),
    read(layout.memoryLimit).catch(() => 'max'),
    read(layout.memoryStat).catch(() => ''),
  ])
  const used = toCount(memory) - field(stat, layout.cacheField)
  const limitBytes = Number.parseInt(limit, 10)
  return {
    cpuMicros: layout.parseCpu(cpu) || 0,
    memoryBytes: Math.max(0, used),
    ...(limitBytes < NO_LIMIT_BYTES ? { memoryLimitBytes: limitBytes } : {}),
  }
}

/** Percent of one core between two readings that are `elapsedMs` apart: 250 means two and a half cores. */
export function cpuPercent(before: GroupUsage, after: GroupUsage, elapsedMs: number): number {
  if (elapsedMs <= 0) return 0
  const percent = (after.cpuMicros - before.cpuMicros) / elapsedMs / 10
  return Math.max(0, Math.round(percent * 10) / 10)
}

function field(text: string, name: string): number {
  const line = text.split('\n').find((row) => row.startsWith(`${name} `))
  return toCount(line?.slice(name.length) ?? '')
}

function toCount(text: string): number {
  return Number.parseInt(text, 10) || 0
}
