// A stored secret, from the page to its space's environment: what is shown, logged or kept on the way has three dots in its
// place.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { Skein } from '../support/skein.ts'
import { TestTerminal } from '../support/terminal.ts'

const SECRET = 'hunter22-and-a-half'
const PLAIN = 'eu-somewhere-1'
const telling = (state: string) => `name: telling ${state}
startup: |
  echo "token is $TOKEN"
services:
  main:
    image: skein/debian-test:1
    environment: { TOKEN: "\${{ secret.TOKEN }}", REGION: "\${{ var.REGION }}" }
${state === 'failed' ? FAILING : ''}`
/** It prints its secret and ends, which the space’s failure tells with the last lines of its log. */
const FAILING = `    depends_on: { side: { condition: service_completed_successfully } }
  side:
    image: skein/debian-test:1
    environment: { TOKEN: "\${{ secret.TOKEN }}" }
    command: [sh, -c, "printenv TOKEN; exit 3"]
`

let skein: Skein
let api: Api

before(async () => {
  ;({ skein, api } = await Skein.start())
})

after(async () => {
  await api?.deleteSpaces()
  await skein?.close()
})

test('a stored secret is in its space’s environment, and in nothing that is shown or kept', async () => {
  await api.call('PUT', '/variables/TOKEN', { value: 'of-the-server', isSecret: true })
  await api.call('PUT', '/me/variables/TOKEN', { value: SECRET, isSecret: true })
  await api.call('PUT', '/variables/REGION', { value: PLAIN })
  const shown: unknown[] = [await api.call('GET', '/variables'), await api.call('GET', '/audit')]
  for (const state of ['running', 'failed'] as const) {
    const { id: templateId } = await api.createTemplate(telling(state))
    const id = newId<'space'>()
    await api.createSpace({ id, name: `telling-${state}`, templateId })
    await api.until(id, state)
    shown.push(await api.space(id), await api.timeline(id))
    if (state === 'failed') continue
    const inside = await TestTerminal.open(api, id)
    inside.type('printenv TOKEN REGION | tr a-z A-Z\n')
    await inside.until(new RegExp(`${SECRET}\\s+${PLAIN}`.toUpperCase().replace('\\S', '\\s')))
    inside.close()
    shown.push(await api.call('GET', `/spaces/${id}/startup-log`))
  }
  const told = JSON.stringify([...shown, await api.call('GET', '/me/variables')])
  assert.match(told, /token is •••/)
  assert.ok(told.includes(PLAIN), 'what is no secret is shown')
  assert.ok(!told.includes(SECRET) && !told.includes('of-the-server'))
  assert.ok(!skein.output.join('').includes(SECRET))
  for (const file of readdirSync(skein.data, { recursive: true, encoding: 'utf8' })) {
    const path = join(skein.data, file)
    if (statSync(path).isFile()) assert.ok(!readFileSync(path).includes(SECRET), file)
  }
})
