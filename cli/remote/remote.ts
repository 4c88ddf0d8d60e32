// What every command that speaks with a server begins with, and how it comes to know that server's peers.

import type { z } from 'zod'
import type { JsonName } from '#protocol/api/operations.ts'
import { type Access, chooseServer } from './access.ts'
import { callAnywhere, type Wanted } from './ask.ts'
import { readConfig } from './config.ts'
import { otherPeersSchema, readPeers, STALE_MS, writePeers } from './peers-file.ts'
import { Ways } from './ways.ts'

/** The options that every such command has. */
export interface RemoteOptions {
  readonly server?: string
  readonly json?: true
}

export interface Remote {
  /** The server for which the token was given. */
  readonly access: Access
  /** It and its peers. */
  readonly ways: Ways
  readonly asJson: boolean
  /** Of whichever peer answers; see `callServer`. */
  call<K extends JsonName, S extends z.ZodType>(name: K, wanted: Wanted<K, S>): Promise<z.output<S>>
}

/** Rejects with `no_server`, `server_unknown`, `config_invalid`. */
export async function openRemote({ server, json }: RemoteOptions): Promise<Remote> {
  const { env } = process
  const access = chooseServer(await readConfig(env), { server, env })
  const known = await readPeers(env, access.origin)
  const ways = new Ways(access, known.urls)
  let isStale = known.isStale
  // A command that runs for long, as a forward does, hears of peers that come later.
  setInterval(() => void learnPeers(ways), STALE_MS).unref()
  return {
    access,
    ways,
    asJson: json === true,
    async call(name, wanted) {
      const answer = await callAnywhere(ways, name, wanted)
      if (isStale) {
        isStale = false
        await learnPeers(ways)
      }
      return answer
    },
  }
}

/** Asks which peers there are and keeps them. That it fails is no loss: what was known stays. */
export async function learnPeers(ways: Ways): Promise<void> {
  try {
    const wanted = { answer: otherPeersSchema, patient: false }
    const { urls } = await callAnywhere(ways, 'GET /peers/urls', wanted)
    ways.learn(
      urls.map(({ url, authority }) => (authority === undefined ? { url } : { url, authority })),
    )
    await writePeers(process.env, ways.home.origin, urls)
  } catch {
    // An older server does not say it.
  }
}
