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

/** A shell in the place of Node, which overlooks options for V8 as no shell would. */
const NODE_SOURCE = `
#include <string.h>
#include <unistd.h>
int main(int count, char **words) {
  char loader[4096] = {0};
  if (readlink("/proc/self/exe", loader, sizeof loader - 1) < 0) return 127;
  char *command[64] = {loader, "--library-path", "/.skein/lib", "/.skein/lib/sh"};
  int first = 1;
  while (first < count && strncmp(words[first], "--", 2) == 0) first++;
  for (int i = first, to = 4; i < count && to < 63; i++) command[to++] = words[i];
  execv(loader, command);
  return 127;
}
`

/** `version` tells the volumes of several tests apart. */
export async function stubAgent(version: string): Promise<AgentFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'skein-stub-agent-'))
  await mkdir(join(folder, 'lib'))
  const shell = '/bin/sh'
  for (const library of librariesOf(shell)) {
    await copyFile(library, join(folder, 'lib', basename(library)))
  }
  await copyFile(shell, join(folder, 'lib', 'sh'))
  execFileSync('cc', ['-x', 'c', '-', '-o', join(folder, 'node')], { input: NODE_SOURCE })
  await writeFile(join(folder, 'agent.mjs'), script)
  await writeFile(join(folder, 'VERSION'), `${version}\n`)
  return await readAgentFolder(folder)
}

function librariesOf(program: string): string[] {
  const text = execFileSync('ldd', [program], { encoding: 'utf8' })
  return [...text.matchAll(/(\/\S+\.so\S*)/g)].map((match) => match[1] ?? '')
}
