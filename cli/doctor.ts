// `skein doctor`: everything on this machine that has to be right, each with what to do where it is not.

import { statSync } from 'node:fs'
import { request } from 'node:http'
import { tlsKindOf } from '../server/config/https.ts'
import { loadConfig } from '../server/config/load.ts'
import { type Config, sshAddress } from '../server/config/settings.ts'
import { readRoutes } from '../server/peer/routes.ts'
import { readChild } from '../server/supervisor/child-state.ts'
import { checkCertificate } from './doctor/certificate.ts'
import { engineInfo, judgeEngine, judgeUnreachable } from './doctor/engine.ts'
import type { Finding } from './doctor/finding.ts'
import { checkClock, checkDisk, checkFolder, checkMemory, checkNode } from './doctor/machine.ts'
import { checkExposure, checkListen, checkSsh, checkSubnets } from './doctor/network.ts'
import { checkAppsDomain, checkPublicUrl } from './doctor/public.ts'
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
    await checkListen(config.listen, isOurs),
    await checkSsh(sshAddress(config), readChild(config.data, 'gateway-1') !== undefined),
    checkExposure(config.listen, config.publicUrl, tlsKindOf(config)),
    ...(await checkCertificate(config, Date.now())),
    ...(await checkPublicUrl(config)),
    ...(await checkAppsDomain(config)),
    checkSubnets(config.spacesSubnets, await readRoutes()),
    ...(await checkEngine(config.docker)),
  ]
}

async function checkEngine(address: string): Promise<readonly Finding[]> {
  try {
    const info = engineInfo.parse((await ask(address, '/info')).body)
    const { apiVersion } = await ask(address, '/_ping')
    return judgeEngine(info, apiVersion, Date.now())
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return [judgeUnreachable(address, code)]
  }
}

function ask(address: string, path: string): Promise<{ body: unknown; apiVersion: string }> {
  const url = new URL(address)
  const where =
    url.protocol === 'unix:'
      ? { socketPath: url.pathname }
      : { host: url.hostname, port: url.port || '2375' }
  return new Promise((resolve, reject) => {
    const options = { ...where, path, signal: AbortSignal.timeout(ENGINE_TIMEOUT_MS) }
    const call = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => {
        const apiVersion = String(response.headers['api-version'] ?? '')
        const isJson = response.headers['content-type']?.includes('json')
        resolve({ body: isJson ? JSON.parse(text) : text, apiVersion })
      })
    })
    call.on('error', reject)
    call.end()
  })
}

const SIGNS = { ok: '✓', warn: '!', fail: '✗' } as const

function line({ check, level, message, advice }: Finding): string {
  const text = `${SIGNS[level]} ${check.padEnd(13)} ${message}`
  return advice === undefined ? text : `${text}\n  ${''.padEnd(13)} ${advice}`
}
