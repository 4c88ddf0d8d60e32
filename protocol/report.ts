// What an agent tells its peer, as lines of JSON on its `report` stream. The space's user can be the agent, so
// every field has a limit here and nothing in a report is believed beyond the space it came from.

import { z } from 'zod'

export const MAX_REPORT_LINE_BYTES = 64 * 1024

const port = z.object({
  port: z.number().int().min(1).max(65_535),
  address: z.string().max(64),
  process: z.string().max(64).optional(),
})

const service = z.object({
  name: z.string().max(64),
  state: z.enum(['running', 'backing-off', 'stopped']),
  restarts: z.number().int().min(0),
  lastExit: z.string().max(200).optional(),
})

export const agentReportSchema = z.discriminatedUnion('type', [
  /** First line of every link. */
  z.object({
    type: z.literal('hello'),
    version: z.string().max(64),
    run: z.string().max(64),
    route: z.string().max(512),
    failed: z
      .array(z.object({ address: z.string().max(512), reason: z.string().max(500) }))
      .max(64),
  }),
  z.object({ type: z.literal('ports'), ports: z.array(port).max(200) }),
  z.object({ type: z.literal('services'), services: z.array(service).max(50) }),
  z.object({
    type: z.literal('stats'),
    cpuPercent: z.number().min(0),
    memoryBytes: z.number().min(0),
    memoryLimitBytes: z.number().min(0).optional(),
  }),
  /** The start-up script: log lines while it runs, then how it ended. Repeated in full state on each link. */
  z.object({
    type: z.literal('startup'),
    state: z.enum(['running', 'done', 'failed']),
    status: z.number().int().optional(),
    durationMs: z.number().min(0).optional(),
    tail: z.array(z.string().max(1000)).max(50),
  }),
  /** Terminals opened or closed, viewers changed: fetch again. */
  z.object({ type: z.literal('terminals'), count: z.number().int().min(0) }),
])
export type AgentReport = z.infer<typeof agentReportSchema>

/** Begins each line of a shut-down script in the container's log, where the peer finds it when there is no link any more. */
export const SHUTDOWN_MARK = 'shutdown| '

/** What a peer puts into the container's environment as SKEIN_AGENT (base64 of this JSON). Children never see it. */
export const agentConfigSchema = z.object({
  spaceId: z.uuid(),
  spaceName: z.string(),
  epoch: z.number().int(),
  /** 32 bytes, hex. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  /** 32 bytes, hex: of the space's SSH host key, the same at each start. */
  hostKeySeed: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** `unix:/path`, `http://host:port` or `https://host`, tried in parallel. */
  addresses: z.array(z.string().max(512)).max(64),
  shell: z.string().optional(),
  home: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
  /** The image's own command, run by the agent beside the terminals; empty when it is only a shell. */
  command: z.array(z.string()).default([]),
  startup: z.string().optional(),
  /** Runs before the programs are ended, for at most so long. */
  shutdown: z.object({ script: z.string(), timeoutMs: z.number().int().min(1) }).optional(),
  /** Values that no log may show. */
  secrets: z.array(z.string()).default([]),
  services: z
    .array(
      z.object({
        name: z.string(),
        command: z.array(z.string()).min(1),
        cwd: z.string().optional(),
        env: z.record(z.string(), z.string()).optional(),
        /** Ends for good when it ends with status 0. */
        mayFinish: z.boolean().optional(),
      }),
    )
    .default([]),
})
export type AgentConfig = z.infer<typeof agentConfigSchema>
