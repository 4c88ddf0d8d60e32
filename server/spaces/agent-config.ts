// What the agent of one start is told, as its container's environment carries it. Pure.

import { type AgentConfig, agentConfigSchema } from '#protocol/report.ts'
import type { RenderedSpace } from '../templates/rendered.ts'

export interface AgentStart {
  readonly spaceId: string
  readonly spaceName: string
  readonly epoch: number
  readonly key: Uint8Array
  readonly hostKeySeed: Uint8Array
  readonly addresses: readonly string[]
  /** What runs beside the terminals; empty for nothing. */
  readonly command: readonly string[]
  /** What the agent's children are given beside the container's own environment. */
  readonly withheld: Readonly<Record<string, string>>
  /** What every program in every space is told, unless its template says otherwise. */
  readonly common: Readonly<Record<string, string>>
}

/** Base64 of the JSON that `agentConfigSchema` describes. */
export function agentConfig(
  space: RenderedSpace,
  { withheld, common, ...start }: AgentStart,
): string {
  const config: AgentConfig = agentConfigSchema.parse({
    ...start,
    key: hex(start.key),
    hostKeySeed: hex(start.hostKeySeed),
    shell: space.shell,
    home: space.home,
    env: { ...common, ...withheld, ...space.env },
    startup: space.startup,
    shutdown: space.shutdown,
    secrets: [...space.secrets],
    services: space.run,
  })
  return Buffer.from(JSON.stringify(config)).toString('base64')
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
