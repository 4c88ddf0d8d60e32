// The Docker engine: whether it answers, is new enough, and keeps containers alive when it restarts itself.

import { z } from 'zod'
import { type Finding, fail, ok, warn } from './finding.ts'

/** 20.10: the first with `Init`, address pools and events as we use them. */
const OLDEST_API = 41
/** Further apart than this, the engine's and our times do not line up in a timeline. */
const MOST_SKEW_MS = 5_000

export const engineInfo = z.object({
  ServerVersion: z.string(),
  LiveRestoreEnabled: z.boolean().default(false),
  Driver: z.string().default(''),
  MemoryLimit: z.boolean().default(true),
  PidsLimit: z.boolean().default(true),
  SystemTime: z.string().default(''),
  Architecture: z.string().default(''),
})
export type EngineInfo = z.infer<typeof engineInfo>

export function judgeEngine(info: EngineInfo, apiVersion: string, nowMs: number): Finding[] {
  return [
    judgeVersion(info.ServerVersion, apiVersion),
    judgeLiveRestore(info.LiveRestoreEnabled),
    judgeLimits(info),
    judgeDriver(info.Driver),
    judgeSkew(Date.parse(info.SystemTime) - nowMs),
  ]
}

export function judgeUnreachable(address: string, code: string): Finding {
  const advice =
    code === 'EACCES'
      ? 'Your user needs the group “docker”: sudo usermod -aG docker "$USER", then log in again.'
      : 'Start Docker (`systemctl start docker`), or say where it is with --docker.'
  return fail('engine', `No Docker engine answers at ${address} (${code})`, advice)
}

function judgeVersion(version: string, apiVersion: string): Finding {
  const minor = Number(apiVersion.split('.')[1])
  if (minor >= OLDEST_API) return ok('engine', `Docker ${version} (API ${apiVersion})`)
  return fail('engine', `Docker ${version} is too old`, 'Install Docker 20.10 or newer.')
}

function judgeLiveRestore(isOn: boolean): Finding {
  if (isOn) return ok('live-restore', 'containers outlive a restart of Docker')
  return warn(
    'live-restore',
    'a restart of Docker ends every container, and with it every terminal',
    'Add "live-restore": true to /etc/docker/daemon.json, then: systemctl reload docker',
  )
}

function judgeLimits({ MemoryLimit, PidsLimit }: EngineInfo): Finding {
  if (MemoryLimit && PidsLimit) return ok('limits', 'memory and processes of spaces can be limited')
  const missing = [MemoryLimit ? '' : 'memory', PidsLimit ? '' : 'pids'].filter(Boolean).join(', ')
  const advice = 'Boot with the cgroup controllers on, e.g. cgroup_enable=memory.'
  return warn('limits', `the engine cannot limit ${missing}`, advice)
}

function judgeDriver(driver: string): Finding {
  if (driver !== 'vfs') return ok('storage', driver)
  return warn('storage', 'vfs copies each image for each space', 'Let Docker use overlay2.')
}

function judgeSkew(skewMs: number): Finding {
  if (!(Math.abs(skewMs) > MOST_SKEW_MS)) return ok('engine clock', 'agrees with ours')
  const seconds = Math.round(skewMs / 1000)
  return warn('engine clock', `differs from ours by ${seconds} s`, 'Set both clocks by NTP.')
}
