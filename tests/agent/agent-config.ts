// A valid configuration of an agent, for tests of its parts.

import { type AgentConfig, agentConfigSchema } from '#protocol/report.ts'

export function agentConfig(over: Partial<AgentConfig> = {}): AgentConfig {
  return agentConfigSchema.parse({
    spaceId: '01890000-0000-7000-8000-000000000000',
    spaceName: 'test',
    epoch: 1,
    key: '0'.repeat(64),
    addresses: [],
    ...over,
  })
}
