// Apps as a person meets them in Chromium: signing in on the way, hot reload, sockets and events, the page that says
// that nothing listens, and a neighbour's page that tries everything.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import { containerOf, startNode, untilListens, writeInto } from '../support/apps.ts'
import { launchBrowser, PATIENCE_MS, Visitor } from '../support/browser.ts'
import { docker } from '../support/docker.ts'
import { Skein } from '../support/skein.ts'
import { APP_PORT, appsTemplate, copyModules, startProgram, startSpace } from './program.ts'

const VITE_PORT = 5173
const PATIENCE = { timeout: PATIENCE_MS }

let skein: Skein
let api: Api
let eve: Api
let browser: Browser
let ada: Visitor
let space = ''

const hostOf = (target: string | number, rest = 'work--ada') => `${target}--${rest}.localhost`
const urlOf = (target: string | number, path = '/', rest = 'work--ada') =>
  `http://${hostOf(target, rest)}:${skein.port}${path}`

before(async () => {
  ;({ skein, api } = await Skein.start())
  await api.call('POST', '/users', { username: 'eve', password: TEST_PASSWORD })
  eve = new Api(skein.url)
  await eve.signIn('eve')
  const template = await appsTemplate(api)
  space = await startSpace(api, template, 'work')
  const evil = await startSpace(eve, template, 'evil')
  await startProgram(api, space)
  await startProgram(eve, evil)
  await eve.call('PUT', `/spaces/${evil}/ports/${APP_PORT}`, { visibility: 'public' })
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, `http://localhost:${skein.port}`)
})

after(async () => {
  await ada?.leave()
  await browser?.close()
  await eve?.deleteSpaces()
  await api?.deleteSpaces()
  await skein?.close()
})

test('whoever opens an app’s address signs in and is brought back to it', async () => {
  await ada.page.goto(urlOf(APP_PORT, '/?deep=1'))
  await ada.page.getByLabel('User name').fill('ada')
  await ada.page.getByLabel('Password', { exact: true }).fill(TEST_PASSWORD)
  await ada.page.getByRole('button', { name: 'Sign in' }).click()
  await ada.page.getByRole('heading', { name: 'An app' }).waitFor(PATIENCE)
  assert.equal(ada.page.url(), urlOf(APP_PORT, '/?deep=1'))
  const seen = await seenBy(ada.page)
  assert.ok(
    seen.every(({ url, headers }) => !`${url}${JSON.stringify(headers)}`.includes('ticket=')),
  )
  assert.ok(seen.every(({ headers }) => !String(headers.cookie ?? '').includes('__Host-skein')))
})

test('a link on another site leads to the app as well, by its name too', async () => {
  // From a page of another site, so that the strict cookie of Skein’s page is held back at first.
  await ada.page.goto(urlOf(APP_PORT, '/', 'evil--eve'))
  await follow(ada.page, urlOf('main-page'))
  await ada.page.getByRole('heading', { name: 'An app' }).waitFor(PATIENCE)
  assert.equal(ada.page.url(), urlOf('main-page'))
})

test('bytes are echoed over a WebSocket, and events come one by one', async () => {
  await ada.page.goto(urlOf(APP_PORT))
  assert.equal(await ada.page.evaluate(ECHO), 'hello 256000')
  assert.equal(await ada.page.evaluate(EVENTS), '1,2,3,4,5')
})

test('a change of a file reaches the page of Vite without a reload', async () => {
  const container = await containerOf(space)
  await startVite(container)
  await untilListens(api, space, VITE_PORT)
  await ada.page.goto(urlOf(VITE_PORT))
  await ada.page.getByText('first words').waitFor(PATIENCE)
  await ada.page.evaluate('window.mark = 1')
  await writeInto(container, '/tmp/vite/words.js', `export const words = 'second words'\n`)
  await ada.page.getByText('second words').waitFor(PATIENCE)
  assert.equal(await ada.page.evaluate('window.mark'), 1)
})

test('the page where nothing listens says what does, and gives way to the app', async () => {
  const port = 4000
  await ada.page.goto(urlOf(port))
  await ada.page.getByRole('heading', { name: `Nothing listens on port ${port}` }).waitFor(PATIENCE)
  await ada.page.getByRole('link', { name: `Main Page (port ${APP_PORT})` }).waitFor(PATIENCE)
  const container = await containerOf(space)
  const late = `import { createServer } from 'node:http'\ncreateServer((_, it) => it.end('here now')).listen(${port})\n`
  await writeInto(container, '/tmp/late.mjs', late)
  await startNode(container, '/tmp/late.mjs')
  await ada.page.getByText('here now').waitFor({ timeout: 30_000 })
})

test('what is not shared with somebody says whose it is and no more', async () => {
  const other = await Visitor.arrive(browser, `http://localhost:${skein.port}`)
  try {
    await other.page.goto(urlOf(APP_PORT))
    await other.page.getByLabel('User name').fill('eve')
    await other.page.getByLabel('Password', { exact: true }).fill(TEST_PASSWORD)
    await other.page.getByRole('button', { name: 'Sign in' }).click()
    await other.page.getByRole('heading', { name: 'belongs to ada' }).waitFor(PATIENCE)
    await api.call('PUT', `/spaces/${space}/ports/${APP_PORT}`, {
      visibility: 'people',
      people: ['eve'],
    })
    await other.page.goto(urlOf(APP_PORT))
    await other.page.getByRole('heading', { name: 'An app' }).waitFor(PATIENCE)
    await api.call('PUT', `/spaces/${space}/ports/${APP_PORT}`, { visibility: 'owner' })
    await other.page.goto(urlOf(APP_PORT))
    await other.page.getByRole('heading', { name: 'belongs to ada' }).waitFor(PATIENCE)
  } finally {
    await other.leave()
  }
})

test('a neighbour’s page takes nothing from Skein’s page or from another’s app', async () => {
  await ada.page.goto(urlOf(APP_PORT))
  const before = (await seenBy(ada.page)).length
  await ada.page.goto(urlOf(APP_PORT, '/hostile', 'evil--eve'))
  const page = `http://localhost:${skein.port}`
  const told = await ada.page.evaluate<Record<string, string>>(
    `(${HOSTILE})(${JSON.stringify({ page, victim: urlOf(APP_PORT), setting: SETTING })})`,
  )
  assert.deepEqual(told, {
    readsOurCookies: 'no',
    fetchesTheApi: 'no',
    changesByTheApi: 'no',
    fetchesAnotherApp: 'no',
    opensLive: 'no',
    opensAnothersSocket: 'no',
    framesThePage: 'no',
  })
  await ada.page.goto(urlOf(APP_PORT))
  await ada.page.getByRole('heading', { name: 'An app' }).waitFor(PATIENCE)
  const tried = (await seenBy(ada.page)).slice(before).filter(({ url }) => url.includes('stolen'))
  assert.deepEqual(tried, [], 'nothing that the neighbour sent reached the app')
  await ada.page.goto(`${page}/spaces`)
  await ada.page.getByRole('heading', { name: 'Spaces', exact: true }).waitFor(PATIENCE)
  const cookies = await ada.page.context().cookies([page, urlOf(APP_PORT)])
  assert.deepEqual(
    cookies.filter(({ name }) => name.startsWith('tossed')),
    [],
  )
})

interface Seen {
  readonly url: string
  readonly headers: Record<string, unknown>
}

/** Every request that the app of the page has got. */
const seenBy = (page: Page): Promise<Seen[]> =>
  page.evaluate<Seen[]>(`fetch('/seen').then((answer) => answer.json())`)

async function follow(page: Page, href: string): Promise<void> {
  const link = `const link = document.createElement('a'); link.href = ${JSON.stringify(href)}; link.textContent = 'go'`
  await page.evaluate(`{ ${link}; document.body.append(link) }`)
  await page.getByRole('link', { name: 'go' }).click()
}

async function startVite(container: string): Promise<void> {
  const names =
    'vite rolldown @rolldown @oxc-project lightningcss lightningcss-linux-x64-gnu detect-libc postcss'
  const more = 'nanoid picocolors source-map-js picomatch tinyglobby fdir'
  await copyModules(container, `${names} ${more}`.split(' '), '/tmp/vite')
  const files = {
    'index.html':
      '<!doctype html><title>Vite</title><p id="words"></p><script type="module" src="/main.js"></script>',
    'words.js': `export const words = 'first words'\n`,
    'main.js': `import { words } from '/words.js'
const show = (text) => { document.querySelector('#words').textContent = text }
show(words)
import.meta.hot.accept('/words.js', (it) => show(it.words))
`,
    'start.mjs': `import { createServer } from 'vite'
const server = await createServer({ root: '/tmp/vite', server: { port: ${VITE_PORT}, strictPort: true } })
await server.listen()
`,
  }
  for (const [name, text] of Object.entries(files))
    await writeInto(container, `/tmp/vite/${name}`, text)
  await docker('exec', container, 'sh', '-c', 'mkdir -p /tmp/vite/node_modules/.vite')
  await startNode(container, '/tmp/vite/start.mjs')
}

const ECHO = `new Promise((resolve, reject) => {
  const socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws')
  socket.binaryType = 'arraybuffer'
  let first = ''
  socket.onopen = () => { socket.send('hello'); socket.send(new Uint8Array(256000)) }
  socket.onerror = () => reject(new Error('the socket failed'))
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') first = data
    else resolve(first + ' ' + data.byteLength)
  }
})`

const EVENTS = `new Promise((resolve) => {
  const source = new EventSource('/events')
  const seen = []
  source.onmessage = ({ data }) => {
    seen.push(data)
    if (seen.length === 5) { source.close(); resolve(seen.join()) }
  }
})`

const SETTING = encodeURIComponent(
  JSON.stringify([
    'tossed=1; Domain=localhost',
    'tossed2=1; Domain=work--ada.localhost',
    '__Host-skein-app=evil; Secure; Path=/',
    '__Host-skein=evil; Secure; Path=/; Domain=localhost',
  ]),
)

/** Tries in the page; each answers `no` where it got nothing. */
const HOSTILE = `async ({ page, victim, setting }) => {
  const no = () => 'no'
  const told = {}
  await fetch('/cookies?set=' + setting)
  document.cookie = 'tossed3=1; Domain=localhost'
  document.cookie = '__Host-skein-app=evil; Secure; Path=/'
  document.cookie = '__Host-skein=evil; Secure; Path=/'
  const own = await (await fetch('/cookies?set=[]')).text()
  told.readsOurCookies = /skein/.test(own) ? own : 'no'
  const read = (url, more) => fetch(url, { credentials: 'include', ...more }).then((it) => it.text())
  told.fetchesTheApi = await read(page + '/api/v1/me').catch(no)
  told.changesByTheApi = await read(page + '/api/v1/session', { method: 'DELETE' }).catch(no)
  await read(page + '/api/v1/session', { method: 'POST', mode: 'no-cors', body: '{}' }).catch(no)
  told.fetchesAnotherApp = await read(victim + 'stolen').catch(no)
  await read(victim + 'stolen', { method: 'POST', mode: 'no-cors', body: 'x' }).catch(no)
  await new Promise((done) => {
    const image = new Image()
    image.onload = image.onerror = done
    image.src = victim + 'stolen'
  })
  const socket = (url) => new Promise((done) => {
    const it = new WebSocket(url.replace('http', 'ws'))
    it.onopen = () => done('open')
    it.onerror = () => done('no')
  })
  told.opensLive = await socket(page + '/api/v1/live')
  told.opensAnothersSocket = await socket(victim + 'stolen')
  told.framesThePage = await new Promise((done) => {
    const frame = document.createElement('iframe')
    frame.onload = () => { try { done(frame.contentDocument ? 'read' : 'no') } catch { done('no') } }
    frame.src = page + '/spaces'
    document.body.append(frame)
  })
  return told
}`
