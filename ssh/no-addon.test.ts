import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

/** Makes and forgets ciphers until they must have been collected several times. */
const CHURN = `
await import(process.argv[1])
const { default: crypto } = await import('ssh2/lib/protocol/crypto.js')
const info = crypto.CIPHER_INFO['aes128-gcm@openssh.com']
const [key, iv] = [Buffer.alloc(16), Buffer.alloc(12)]
const outbound = { seqno: 0, onWrite() {}, cipherInfo: info, cipherKey: key, cipherIV: iv }
const inbound = { seqno: 0, onPayload() {}, decipherInfo: info, decipherKey: key, decipherIV: iv }
let junk = []
for (let i = 0; i < 20_000; i++) {
  crypto.createCipher({ outbound }).free()
  crypto.createDecipher({ inbound }).free()
  // Young garbage, so that it is collected by itself: only then the addon fails, not when it is asked for.
  junk.push(new Array(500).fill(i))
  if (junk.length > 1000) junk = []
}
console.log('alive')
`

test('ciphers of connections that are over are collected, and the process lives', () => {
  const module = new URL('./no-addon.ts', import.meta.url).href
  const words = ['--input-type=module', '--eval', CHURN, module]
  const said = execFileSync(process.execPath, words, { cwd: import.meta.dirname })
  assert.equal(said.toString(), 'alive\n')
})
