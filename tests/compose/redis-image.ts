// An image of the machine's own redis-server with the libraries that it is linked to, upon the tests' Debian.

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const NAME = 'skein/redis-test:1'
const PROGRAMS = ['redis-server', 'redis-cli']

const RECIPE = `FROM skein/debian-test:1
USER root
COPY bin/ /usr/local/bin/
COPY lib/ /opt/redis/lib/
ENV LD_LIBRARY_PATH=/opt/redis/lib
RUN mkdir -p /data
WORKDIR /data
VOLUME /data
`

/** Answers its name. */
export async function makeRedisImage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-redis-image-'))
  try {
    for (const name of ['bin', 'lib']) mkdirSync(join(folder, name))
    for (const program of PROGRAMS) {
      const path = execFileSync('which', [program], { encoding: 'utf8' }).trim()
      copyFileSync(path, join(folder, 'bin', program))
      for (const file of librariesOf(path)) copyFileSync(file, join(folder, 'lib', basename(file)))
    }
    writeFileSync(join(folder, 'Dockerfile'), RECIPE)
    execFileSync('docker', ['build', '--quiet', '--tag', NAME, folder], { stdio: 'pipe' })
    return NAME
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Those that Debian's smallest system has are the same there. */
function librariesOf(program: string): string[] {
  const said = execFileSync('ldd', [program], { encoding: 'utf8' })
  const found = [...said.matchAll(/=> (\/\S+)/g)].flatMap(([, path]) => path ?? [])
  return found.filter((path) => !/\/lib(c|m)\.so/.test(path))
}
