// `skein` for a laptop, as this peer hands it out: the one file, and the script that installs it. The script names this
// server by its public URL, or by the name under which it was just asked and which was checked; never by what a client
// wrote elsewhere (Teleport GHSA-6xf3).

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { installScript } from './install-script.ts'

export const CLI_FILE = 'skein.mjs'

interface Built {
  readonly body: Uint8Array<ArrayBuffer>
  readonly sha256: string
}

/** The file is read when it is first asked for and kept; it is about half a megabyte. */
export class CliFiles {
  readonly #folder: string
  #built: Promise<Built> | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Rejects with `not_built`. */
  async program(headers: Headers): Promise<Response> {
    const { body, sha256 } = await this.#read()
    const etag = `"${sha256}"`
    const answer = { etag, 'cache-control': 'no-cache' }
    if (headers.get('if-none-match') === etag) {
      return new Response(null, { status: 304, headers: answer })
    }
    const type = { 'content-type': 'text/javascript; charset=utf-8' }
    return new Response(body, { headers: { ...answer, ...type } })
  }

  /** `origin` is this server as the laptop reaches it. Rejects with `not_built`, `bad_host`. */
  async script(origin: string): Promise<Response> {
    const { sha256 } = await this.#read()
    const headers = {
      'content-type': 'text/x-shellscript; charset=utf-8',
      'cache-control': 'no-store',
    }
    return new Response(installScript(origin, sha256), { headers })
  }

  #read(): Promise<Built> {
    this.#built ??= load(join(this.#folder, CLI_FILE)).catch((cause: unknown) => {
      // The next request finds it, when it is built meanwhile.
      this.#built = undefined
      throw new SkeinError('not_built', { part: 'cli' }, cause)
    })
    return this.#built
  }
}

async function load(path: string): Promise<Built> {
  const body = new Uint8Array(await readFile(path))
  return { body, sha256: createHash('sha256').update(body).digest('hex') }
}
