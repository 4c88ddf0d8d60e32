// Docker engines as the HTTP API shows them.

export interface Host {
  readonly id: string
  readonly name: string
  readonly state: 'ready' | 'unreachable'
  readonly reason?: string
  readonly engineVersion?: string
  readonly architecture?: string
  readonly cpus?: number
  readonly memoryBytes?: number
  readonly spaces: number
  /** What doctor would say, e.g. that live-restore is off. */
  readonly advice: readonly string[]
}
