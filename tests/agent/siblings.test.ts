// What the neighbours of a space's main container find of its agent: nothing. An agent dials out and listens nowhere, so
// that there is no door that could be left open to a side container, or to somebody else's space.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import type { SpaceId } from '#protocol/ids.ts'
import { newId } from '#protocol/ids.ts'
import { Carrier } from '../../cli/remote/carrier.ts'
import type { Api } from '../support/api.ts'
import { addressOf } from '../support/apps.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { Skein } from '../support/skein.ts'
import { TestTerminal } from '../support/terminal.ts'
import { DEBIAN_IMAGE } from './container.ts'

/** A program of the user's, to show that a door which is there is found. */
const CONTROL_PORT = 8022
const TEMPLATE = `name: With a side
services:
  main: { image: "${DEBIAN_IMAGE}", depends_on: [side] }
  side: { image: "${DEBIAN_IMAGE}", command: sleep 100000, stop_grace_period: 1s }
`
/** Dials ports and prints those that answer. A neighbour that drops packets costs a second each, so it is asked few. */
const DIAL = `
use Socket qw(:all);
my ($to, @ports) = @ARGV;
@ports = 1..65535 if !@ports;
for my $port (@ports) {
  socket(my $socket, PF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) or die "socket: $!";
  if (!connect($socket, sockaddr_in($port, inet_aton($to)))) {
    my $watched = '';
    vec($watched, fileno($socket), 1) = 1;
    select(undef, $watched, undef, 1) or next;
    next if unpack('i', getsockopt($socket, SOL_SOCKET, SO_ERROR));
  }
  print "$port ";
}`
const LISTEN = `
use Socket qw(:all);
socket(my $socket, PF_INET, SOCK_STREAM, 0);
bind($socket, sockaddr_in(${CONTROL_PORT}, INADDR_ANY)) && listen($socket, 5) or die $!;
sleep 100000;`
/** Doors of SSH, of web servers, of our own server, and of the daemons that other products put into a space. */
const LIKELY_PORTS = [22, 80, 443, 1022, 2222, 2280, 3000, 7534, 7535, 8080, 22220, 22222, 49983]

let skein: Skein
let api: Api
let ours: SpaceId
let theirs: SpaceId
const main = (id: SpaceId) => `skein-${id}-main`

before(async () => {
  ;({ skein, api } = await Skein.start())
  const { id: templateId } = await api.createTemplate(TEMPLATE)
  ours = newId()
  theirs = newId()
  for (const [id, name] of [
    [ours, 'ours'],
    [theirs, 'theirs'],
  ] as const) {
    await api.createSpace({ id, name, templateId })
  }
  for (const id of [ours, theirs]) await api.until(id, 'running')
})

after(async () => {
  await api?.deleteSpaces()
  await skein?.close()
})

const dial = async (from: string, to: string, ports: readonly number[] = []): Promise<number[]> => {
  const found = await docker('exec', from, 'perl', '-e', DIAL, to, ...ports.map(String))
  return found.split(' ').filter(Boolean).map(Number)
}

test('while an agent serves terminals, files and SSH, no neighbour finds a port of it', async (t) => {
  const ssh = await attachSsh()
  t.after(() => ssh.cancel())
  const terminal = await TestTerminal.open(api, ours, 'main')
  t.after(() => terminal.close())
  await api.call('GET', `/spaces/${ours}/files?path=.`)

  assert.deepEqual(await listening(main(ours)), [])
  const at = await addressOf(main(ours))
  assert.deepEqual(await dial(`skein-${ours}-side`, at), [], 'the side container')
  assert.deepEqual(await dial(main(theirs), at, LIKELY_PORTS), [], 'another space')

  await docker('exec', '--detach', main(ours), 'perl', '-e', LISTEN)
  await eventually(async () => (await listening(main(ours))).length > 0, {
    timeoutMs: 20_000,
    what: 'the control to listen',
  })
  assert.deepEqual(await dial(`skein-${ours}-side`, at), [CONTROL_PORT])
  assert.deepEqual(await dial(main(theirs), at, [CONTROL_PORT]), [], 'networks are apart')
})

/** A connection to the SSH server that the agent has for each, up to its first words. */
async function attachSsh(): Promise<Carrier> {
  const near = { readable: new PassThrough(), writable: new PassThrough() }
  const url = `${api.url.replace('http', 'ws')}/api/v1/spaces/${ours}/connect?to=ssh`
  const carrier = new Carrier({
    near,
    open: async () => {
      const socket = new WebSocket(url, { headers: { cookie: api.cookie, origin: api.url } })
      await once(socket, 'open')
      return socket
    },
  })
  near.readable.write('SSH-2.0-neighbour\r\n')
  const running = carrier.run()
  const [words] = await Promise.race([once(near.writable, 'data'), running.then(() => [''])])
  assert.match(String(words), /^SSH-2\.0-/)
  running.catch(() => undefined) // It is ended from this side.
  return carrier
}

/** Sockets that take connections or datagrams from outside, as the kernel lists them; Docker's own resolver is left out. */
async function listening(container: string): Promise<string[]> {
  const tables = 'cd /proc/net; for t in tcp tcp6 udp udp6; do sed "s/^/$t/" $t; done; cat unix'
  const lines = (await docker('exec', container, 'sh', '-c', tables)).split('\n')
  return lines.filter((line) => {
    const [table = '', , local = '', , state] = line.replace(/^(tcp6?|udp6?)/, '$1 ').split(/\s+/)
    if (/^tcp/.test(table)) return state === '0A' && !isResolver(local)
    if (/^udp/.test(table)) return state === '07' && !isResolver(local)
    // Flag 0x10000 is a socket that listens; a name that begins with @ is one for the whole network namespace.
    return / 00010000 .* @/.test(line)
  })
}

/** 127.0.0.11, in the kernel's byte order. */
const isResolver = (local: string): boolean => local.startsWith('0B00007F:')
