import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { Keyring, MAX_KEYS } from './keyring.ts'
import { ReplayWindow, WINDOW_BITS } from './replay-window.ts'
import { type Opened, type Refusal, SEAL_BYTES, Sealer } from './seal.ts'

const secret = randomBytes(32)
const make = (keyring = new Keyring(secret), cluster = 'here') =>
  new Sealer({ keyring, cluster, sender: randomBytes(8), maxBytes: 1200 })
const text = (opened: Opened | Refusal): string =>
  typeof opened === 'string' ? `refused: ${opened}` : opened.bytes.toString()

test('what one peer seals another opens, with 34 bytes around it', () => {
  const [a, b] = [make(), make()]
  const sealed = a.seal(Buffer.from('hello'))
  assert.equal(sealed.length, 5 + SEAL_BYTES)
  assert.equal(SEAL_BYTES, 34)
  assert.equal(text(b.open(sealed)), 'hello')
})

test('the same datagram counts once, and an old one not at all', () => {
  const [a, b] = [make(), make()]
  const first = a.seal(Buffer.from('first'))
  assert.equal(text(b.open(first)), 'first')
  assert.equal(b.open(first), 'replayed')
  const late = a.seal(Buffer.from('late'))
  for (let i = 0; i < WINDOW_BITS; i++) b.open(a.seal(Buffer.from('x')))
  assert.equal(b.open(late), 'replayed')
})

test('datagrams that overtake one another all count', () => {
  const [a, b] = [make(), make()]
  const all = Array.from({ length: 100 }, (_, i) => a.seal(Buffer.from(`${i}`)))
  const opened = all.toReversed().map((one) => text(b.open(one)))
  assert.deepEqual(
    opened.toReversed(),
    Array.from({ length: 100 }, (_, i) => `${i}`),
  )
})

test('a window admits each counter within it exactly once, in any order', () => {
  const window = new ReplayWindow()
  const counters = Array.from({ length: 3000 }, (_, i) => i)
  for (let i = 0; i < counters.length; i += 7) counters.splice(i, 1)
  const admitted = counters.filter((counter) => window.admit(counter))
  assert.deepEqual(admitted, counters)
  assert.equal(counters.filter((counter) => window.admit(counter)).length, 0)
})

test('a forged, cut, lengthened, foreign or downgraded datagram is refused, each for its reason', () => {
  const [a, b] = [make(), make()]
  const sealed = a.seal(Buffer.from('hello'))
  for (let i = 2; i < sealed.length; i++) {
    const forged = Buffer.from(sealed)
    forged[i] = (forged[i] ?? 0) ^ 1
    assert.equal(b.open(forged), 'forged', `byte ${i}`)
  }
  assert.equal(b.open(sealed.subarray(0, SEAL_BYTES - 1)), 'short')
  assert.equal(b.open(sealed.subarray(0, SEAL_BYTES + 2)), 'forged')
  assert.equal(b.open(Buffer.alloc(1201)), 'long')
  assert.equal(b.open(Buffer.concat([Buffer.from([0]), sealed.subarray(1)])), 'version')
  assert.equal(make(new Keyring(secret), 'elsewhere').open(sealed), 'forged')
  assert.equal(a.open(sealed), 'own')
  assert.equal(text(b.open(sealed)), 'hello')
})

test('a peer with another key is not heard', () => {
  const refused = make(new Keyring(randomBytes(32))).open(make().seal(Buffer.from('hello')))
  assert.ok(refused === 'key' || refused === 'forged')
})

test('a key is changed while both sides go on talking', () => {
  const [ours, theirs] = [new Keyring(secret), new Keyring(secret)]
  const [a, b] = [make(ours), make(theirs)]
  const next = freshKey(ours)
  const talk = () => {
    assert.equal(text(b.open(a.seal(Buffer.from('there')))), 'there')
    assert.equal(text(a.open(b.seal(Buffer.from('back')))), 'back')
  }
  const old = ours.used.tag
  ours.install(next)
  talk()
  const tag = theirs.install(next)
  talk()
  ours.use(tag)
  talk()
  theirs.use(tag)
  talk()
  ours.retire(old)
  theirs.retire(old)
  talk()
  assert.equal(b.open(make(new Keyring(secret)).seal(Buffer.from('late'))), 'key')
})

test('the key in use is not retired, and no more keys are kept than the limit', () => {
  const keyring = new Keyring(secret)
  assert.throws(() => keyring.retire(keyring.used.tag), RangeError)
  for (let i = 1; i < MAX_KEYS; i++) keyring.install(freshKey(keyring))
  assert.throws(() => keyring.install(freshKey(keyring)), RangeError)
  assert.throws(() => keyring.install(randomBytes(16)), RangeError)
})

test('strangers with random datagrams leave nothing behind', () => {
  const b = make()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 50_000; i++) b.open(randomBytes(SEAL_BYTES + (i % 100)))
  assert.ok(process.memoryUsage().heapUsed - before < 30 * 1024 * 1024)
  assert.equal(text(b.open(make().seal(Buffer.from('hello')))), 'hello')
})

/** One whose tag nobody has yet. */
function freshKey(keyring: Keyring): Buffer {
  for (;;) {
    const key = randomBytes(32)
    const { tag } = new Keyring(key).used
    if (!keyring.tags.includes(tag)) return key
  }
}
