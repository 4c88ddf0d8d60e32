import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editorUrl, forwardLine, rsyncLine, scpLine, sshLine, trustLine } from './commands.ts'

const place = { space: 'heron', door: { host: 'skein.example', port: 2222 } }
const usual = { space: 'heron', door: { host: 'skein.example', port: 22 } }
const six = { space: 'heron', door: { host: 'fd00::7', port: 2222 } }

test('each line names the port in its program’s own way', () => {
  assert.equal(sshLine(place), 'ssh heron@skein.example -p 2222')
  assert.equal(scpLine(place), 'scp -P 2222 notes.txt heron@skein.example:')
  assert.match(rsyncLine(place), /-e 'ssh -p 2222' project\/ heron@skein\.example:project\/$/)
  assert.equal(
    forwardLine(place, 3000),
    'ssh -N -L 3000:localhost:3000 heron@skein.example -p 2222',
  )
})

test('the usual port is not named', () => {
  assert.equal(sshLine(usual), 'ssh heron@skein.example')
  assert.equal(scpLine(usual), 'scp notes.txt heron@skein.example:')
  assert.equal(rsyncLine(usual), 'rsync -av project/ heron@skein.example:project/')
})

test('an IPv6 address stands in brackets where a colon follows, and nowhere else', () => {
  assert.equal(sshLine(six), 'ssh heron@fd00::7 -p 2222')
  assert.equal(scpLine(six), 'scp -P 2222 notes.txt heron@[fd00::7]:')
})

test('the host is made known by one line for each of its keys', () => {
  const hostKeys = ['a', 'b'].map((line) => ({ algorithm: 'ssh-rsa', fingerprint: '', line }))
  const lines = (port: number) => trustLine({ host: 'skein.example', port, hostKeys })
  assert.equal(
    lines(2222),
    "printf '%s\\n' '[skein.example]:2222 a' '[skein.example]:2222 b' >> ~/.ssh/known_hosts",
  )
  assert.match(lines(22), /'skein\.example a' 'skein\.example b'/)
})

test('an editor opens the home folder, else the root', () => {
  assert.equal(
    editorUrl('vscode', place, '/home/dev'),
    'vscode://vscode-remote/ssh-remote+heron@skein.example:2222/home/dev',
  )
  assert.match(editorUrl('cursor', usual), /^cursor:\/\/vscode-remote\/ssh-remote\+heron@.*\/$/)
})
