// What the peer that started the container told the agent, taken out of the environment before any child is started.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type AgentConfig, agentConfigSchema } from '#protocol/report.ts'

const VARIABLE = 'SKEIN_AGENT'

/** Reads SKEIN_AGENT (base64 of JSON) and removes it. Throws when it is missing or not valid, without telling its value. */
export function readConfig(env: NodeJS.ProcessEnv): AgentConfig {
  const encoded = env[VARIABLE]
  delete env[VARIABLE]
  if (encoded === undefined) throw new Error(`${VARIABLE} is not set; a peer starts this program`)
  const result = agentConfigSchema.safeParse(parse(encoded))
  if (result.success) return result.data
  const fields = result.error.issues.map(({ path: at, code }) => `${at.join('.')} (${code})`)
  throw new Error(`${VARIABLE} is not valid: ${fields.join(', ')}`)
}

function parse(encoded: string): unknown {
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}

/** What scripts/pack-agent.js named this content; an agent that runs from its sources has no name. */
export function readVersion(folder: string): string {
  try {
    return readFileSync(path.join(folder, 'VERSION'), 'utf8').trim()
  } catch {
    return 'source'
  }
}
