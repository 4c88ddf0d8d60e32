// `skein doctor`: everything on this machine that has to be right, each with what to do where it is not.

import { statSync } from 'node:fs'
import { type EngineSetting, enginesOf } from '../server/config/engines.ts'
import { tlsKindOf } from '../server/config/https.ts'
import { loadConfig } from '../server/config/load.ts'
import { type Config, sshAddress } from '../server/config/settings.ts'
import { engineAddress } from '../server/peer/addresses.ts'
import { tlsOf } from '../server/peer/engines.ts'
import { readRoutes } from '../server/peer/routes.ts'
import { EngineClient } from '../server/spaces/runtime/client.ts'
import { readChild } from '../server/supervisor/child-state.ts'
import { checkCertificate } from './doctor/certificate.ts'
import { engineInfo, judgeEngine, judgeUnreachable } from './doctor/engine.ts'
import type { Finding } from './doctor/finding.ts'
import { checkClock, checkDisk, checkFolder, checkMemory, checkNode } from './doctor/machine.ts'
import { checkExposure, checkListen, checkSsh, checkSubnets } from './doctor/network.ts'
import { checkAppsDomain, checkPublicUrl } from './doctor/public.ts'
import { checkStore } from './doctor/store.ts'
import { print } from './output.ts'

/** dockerd answers within milliseconds; a stuck one must not hold the report up. */
const ENGINE_TIMEOUT_MS = 5_000

/** Exit status 1 when something fails; warnings alone are 0. */
export async function doctor(words: readonly string[], asJson: boolean): Promise<number> {
  const { config } = loadConfig({ words })
  const findings = await examine(config)
  print(asJson, { findings }, () => findings.map(line).join('\n'))
  return findings.some(({ level }) => level === 'fail') ? 1 : 0
}

async function examine(config: Config): Promise<readonly Finding[]> {
  const isOurs = readChild(config.data, 'peer-1') !== undefined
  return [
    checkNode(process.versions.node),
    checkMemory(),
    checkClock(Date.now(), statSync(import.meta.filename).mtimeMs),
    checkFolder(config.data),
    checkDisk(config.data),
    ...(await checkStore(config.store)),
    await checkListen(config.listen, isOurs),
    await checkSsh(sshAddress(config), readChild(config.data, 'gateway-1') !== undefined),
    checkExposure(config.listen, config.publicUrl, tlsKindOf(config)),
    ...(await checkCertificate(config, Date.now())),
    ...(await checkPublicUrl(config)),
    ...(await checkAppsDomain(config)),
    checkSubnets(config.spacesSubnets, await readRoutes()),
    ...(await Promise.all(enginesOf(config).map(checkEngine))).flat(),
  ]
}

/** Of several engines each finding names its own. */
async function checkEngine(setting: EngineSetting): Promise<readonly Finding[]> {
  const findings = await examineEngine(setting)
  if (setting.name === undefined) return findings
  return findings.map((one) => ({ ...one, message: `${setting.name}: ${one.message}` }))
}

async function examineEngine(setting: EngineSetting): Promise<readonly Finding[]> {
  const { address } = setting
  const client = new EngineClient(engineAddress(address, tlsOf(setting)))
  const read = { method: 'GET', timeoutMs: ENGINE_TIMEOUT_MS } as const
  try {
    const info = engineInfo.parse(await client.json({ ...read, path: '/info' }))
    const { headers } = await client.text({ ...read, path: '/_ping' })
    return judgeEngine(info, String(headers['api-version'] ?? ''), Date.now())
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    return [judgeUnreachable(address, code)]
  } finally {
    client.close()
  }
}

const SIGNS = { ok: '✓', warn: '!', fail: '✗' } as const

function line({ check, level, message, advice }: Finding): string {
  const text = `${SIGNS[level]} ${check.padEnd(13)} ${message}`
  return advice === undefined ? text : `${text}\n  ${''.padEnd(13)} ${advice}`
}
