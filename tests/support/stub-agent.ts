// A packed folder that starts like the agent's and is 2 MB instead of 130: the host's own shell in Node's place,
// under the host's own loader, with a script that waits to be ended.

import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type AgentFolder, readAgentFolder } from '../../server/spaces/runtime/agent-volume.ts'

const script = `trap 'exit 0' TERM
echo "stub agent in $PWD as $(id -u)"
while :; do sleep 1 & wait $!; done
`

/** `version` tells the volumes of several tests apart. */
export async function stubAgent(version: string): Promise<AgentFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'skein-stub-agent-'))
  await mkdir(join(folder, 'lib'))
  const shell = '/bin/sh'
  for (const library of librariesOf(shell)) {
    await copyFile(library, join(folder, 'lib', basename(library)))
  }
  await copyFile(shell, join(folder, 'node'))
  await writeFile(join(folder, 'agent.mjs'), script)
  await writeFile(join(folder, 'VERSION'), `${version}\n`)
  return await readAgentFolder(folder)
}

function librariesOf(program: string): string[] {
  const text = execFileSync('ldd', [program], { encoding: 'utf8' })
  return [...text.matchAll(/(\/\S+\.so\S*)/g)].map((match) => match[1] ?? '')
}
