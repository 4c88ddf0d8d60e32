// What every command that speaks with a server begins with.

import type { z } from 'zod'
import { type Access, chooseServer } from './access.ts'
import { type Call, callServer } from './call.ts'
import { readConfig } from './config.ts'

/** The options that every such command has. */
export interface RemoteOptions {
  readonly server?: string
  readonly json?: true
}

export interface Remote {
  readonly access: Access
  readonly asJson: boolean
  call<S extends z.ZodType>(call: Call<S>): Promise<z.output<S>>
}

/** Rejects with `no_server`, `server_unknown`, `config_invalid`. */
export async function openRemote({ server, json }: RemoteOptions): Promise<Remote> {
  const { env } = process
  const access = chooseServer(await readConfig(env), { server, env })
  return { access, asJson: json === true, call: (call) => callServer(access, call) }
}
