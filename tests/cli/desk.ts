// Where the tests of a laptop begin: a server with a template, and a laptop that is signed in to it.

import assert from 'node:assert/strict'
import type { NewToken } from '#protocol/api/access.ts'
import type { Api } from '../support/api.ts'
import { Skein } from '../support/skein.ts'
import { Laptop } from './laptop.ts'

export interface DeskOptions {
  /** What spaces are made of. */
  readonly image?: string
  /** A space that is there from the beginning. */
  readonly space?: string
}

export class Desk {
  readonly laptop = new Laptop()
  readonly skein: Skein
  readonly api: Api

  private constructor(skein: Skein, api: Api) {
    this.skein = skein
    this.api = api
  }

  static async open({ image = 'skein/debian-test:1', space }: DeskOptions = {}): Promise<Desk> {
    const { skein, api } = await Skein.start()
    const desk = new Desk(skein, api)
    await api.createTemplate(`name: Shell\nmain: main\nservices: {main: {image: "${image}"}}\n`)
    const { secret } = await api.call<NewToken>('POST', '/me/tokens', { name: 'laptop' })
    await desk.laptop.signIn(skein.url, secret)
    if (space === undefined) return desk
    const made = await desk.laptop.skein(['spaces', 'create', space])
    assert.equal(made.status, 0, made.stderr)
    return desk
  }

  async close(): Promise<void> {
    this.laptop.close()
    await this.api.deleteSpaces()
    await this.skein.close()
  }
}
