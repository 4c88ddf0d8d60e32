import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { listenAt } from './socket-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-socket-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Says who it is. */
const saying = (word: string) =>
  createServer((socket) => {
    socket.on('error', () => undefined) // whoever only looks whether somebody is there
    socket.end(word)
  })
const closed = (server: Server) => new Promise((resolve) => server.close(resolve))

function heard(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    connect({ path })
      .setEncoding('utf8')
      .on('data', (chunk) => {
        text += chunk
      })
      .on('end', () => resolve(text))
      .on('error', reject)
  })
}

test('a copy of a data folder listens beside the original, and leaves it its socket at the end', async () => {
  const path = join(folder, 'peer.sock')
  const [first, second] = [saying('first'), saying('second')]
  const ours = await listenAt(first, path)
  const copy = await listenAt(second, path)
  assert.equal(ours.path, path)
  assert.match(copy.path, /peer-2\.sock$/)
  assert.deepEqual([await heard(path), await heard(copy.path)], ['first', 'second'])
  copy.remove()
  await closed(second)
  assert.equal(await heard(path), 'first')
  ours.remove()
  await closed(first)
  assert.deepEqual(readdirSync(folder), [])
})

test('what a dead process left is replaced, and a name that another has by now is left to it', async () => {
  const path = join(folder, 'dead.sock')
  writeFileSync(path, '')
  const [first, second] = [saying('first'), saying('second')]
  const ours = await listenAt(first, path)
  assert.equal(await heard(path), 'first')
  assert.equal(statSync(path).mode & 0o777, 0o666)
  rmSync(path)
  const other = await listenAt(second, path)
  ours.remove()
  await closed(first)
  assert.equal(await heard(path), 'second')
  other.remove()
  await closed(second)
  assert.ok(!existsSync(path))
})

test('too many copies are refused', async () => {
  const path = join(folder, 'crowd.sock')
  const servers: Server[] = []
  for (let i = 0; i < 5; i++) {
    const server = saying('one')
    servers.push(server)
    await listenAt(server, path)
  }
  await assert.rejects(listenAt(saying('more'), path), { code: 'port_in_use' })
  for (const server of servers) await closed(server)
})
