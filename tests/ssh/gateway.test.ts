// Stock OpenSSH through the gateway: the whole list.

import { after, before } from 'node:test'
import { Site } from '../support/ssh/site.ts'
import { sshSuite } from './suite.ts'

let site: Site

before(async () => {
  site = await Site.open()
  await site.space('site')
})
after(() => site?.close())

sshSuite('the gateway', () => site.reach('site'))
