// The docker command, for tests that look at an engine with other eyes than Skein's, or break things behind its back.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Rejects with what the command said when it fails. */
export async function docker(...words: string[]): Promise<string> {
  const { stdout } = await run('docker', words, { maxBuffer: 64 * 1024 * 1024 })
  return stdout.trim()
}

/** What a container said on both outputs. */
export async function dockerLog(container: string): Promise<string> {
  const { stdout, stderr } = await run('docker', ['logs', container])
  return stdout + stderr
}

/** Removes every container, network and volume that carries the label; never anything else. */
export async function removeLabelled(label: string): Promise<void> {
  const filter = `label=${label}`
  const lines = async (...words: string[]) => (await docker(...words)).split('\n').filter(Boolean)
  const containers = await lines('ps', '--all', '--quiet', '--filter', filter)
  if (containers.length > 0) await docker('rm', '--force', '--volumes', ...containers)
  const networks = await lines('network', 'ls', '--quiet', '--filter', filter)
  if (networks.length > 0) await docker('network', 'rm', ...networks)
  const volumes = await lines('volume', 'ls', '--quiet', '--filter', filter)
  if (volumes.length > 0) await docker('volume', 'rm', ...volumes)
}
