import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sideSpec } from '../spaces/runtime/container-spec.ts'
import { parseTemplate } from './parse.ts'
import { assertAllowed } from './permission.ts'
import { kindOfPath } from './reach.ts'
import { renderTemplate } from './render.ts'

const policy =
  'policy: { allow: [privileged, devices, capabilities, security, network, pid, paths, engine] }'
const asking = `
name: T
${policy}
services:
  main:
    image: debian
    privileged: true
    devices: [ /dev/kvm, "/dev/ttyUSB0:/dev/tty0:rw" ]
    cap_add: [ SYS_PTRACE, CAP_NET_ADMIN ]
    cap_drop: [ MKNOD ]
    security_opt: [ "no-new-privileges:true", "seccomp:unconfined" ]
    network_mode: host
    pid: host
    volumes: [ "home:/home/dev", "/srv/models:/models:ro", "/var/run/docker.sock:/s" ]
`

const reaches = [
  'main: privileged',
  'main: network of the host',
  'main: pid of the host',
  'main: device /dev/kvm (rwm)',
  'main: device /dev/ttyUSB0 (rw)',
  'main: capability SYS_PTRACE',
  'main: capability NET_ADMIN',
  'main: security option seccomp:unconfined',
  'main: path /srv/models (read-only)',
  'main: path /var/run/docker.sock (read and write)',
]

function parsed(source: string) {
  const result = parseTemplate(source)
  if (result.problems !== undefined) assert.fail(JSON.stringify(result.problems))
  return result
}

const problemsOf = (source: string) => parseTemplate(source).problems ?? []

describe('what reaches outside a space', () => {
  it('is told word by word once the template asks for it', () => {
    assert.deepEqual(parsed(asking).head.reaches, reaches)
  })

  it('is refused, each at its word, when the template does not ask', () => {
    const problems = problemsOf(asking.replace(policy, 'x-none: 1'))
    const lines = new Set(problems.map(({ line }) => line))
    assert.deepEqual(
      [...lines].toSorted((a, b) => a - b),
      [7, 8, 9, 11, 12, 13, 14],
    )
    assert.ok(problems.every(({ hint = '' }) => /policy: \{ allow: \[\w+\] \}/.test(hint)))
  })

  it('is asked for by no more words than are used', () => {
    const found = problemsOf('name: T\npolicy: {allow: [devices]}\nservices: {main: {image: x}}\n')
    assert.match(found[0]?.message ?? '', /Nothing here asks for “devices”/)
  })

  it('is what the engine gets, and nothing else', () => {
    const scope = { space: { id: 's1', name: 'box' }, user: { username: 'ada' }, param: {} }
    const [container] = renderTemplate(parsed(asking).template, scope).containers
    assert.ok(container)
    const identity = { cluster: 'c', spaceId: 's1', epoch: 1, generation: 1, versionId: 'v' }
    const spec = sideSpec(container, identity)
    const { Privileged, CapAdd, CapDrop, NetworkMode, PidMode, Devices, IpcMode } = spec.HostConfig
    assert.deepEqual(
      [Privileged, CapAdd, CapDrop, NetworkMode, PidMode, IpcMode],
      [true, ['SYS_PTRACE', 'NET_ADMIN'], ['MKNOD'], 'host', 'host', undefined],
    )
    assert.equal((Devices as unknown[]).length, 2)
    assert.equal(spec.NetworkingConfig, undefined)
    assert.deepEqual(
      (spec.HostConfig.Mounts as { Type: string }[]).map(({ Type }) => Type),
      ['volume', 'bind', 'bind'],
    )
  })

  it('takes no values, so that what was allowed is what happens', () => {
    const value = `$\{{ param.x }}`
    const base = `name: T\n${policy}\nparameters: {x: {}}\nservices:\n  main:\n    image: x\n`
    for (const line of [
      `devices: ["${value}"]`,
      `cap_add: ["${value}"]`,
      `pid: "${value}"`,
      `volumes: ["/srv/${value}:/x"]`,
      `volumes: ["${value}:/x"]`,
      `volumes: [{type: bind, source: "/${value}", target: /x}]`,
      `security_opt: ["seccomp:${value}"]`,
    ]) {
      const problems = problemsOf(`${base}    ${line}\n`).filter(({ line: at }) => at === 7)
      assert.ok(problems.length > 0, line)
    }
  })

  it('is written plainly, or not at all', () => {
    for (const path of ['/srv/../etc', '/srv//x', '/srv/./x', '/srv/', '/srv/x,ro']) {
      const source = `name: T\npolicy: {allow: [paths]}\nservices: {main: {image: x, volumes: ["${path}:/x"]}}\n`
      assert.ok(problemsOf(source).length > 0, path)
    }
  })

  it('is the engine wherever its socket may lie', () => {
    for (const path of [
      ...['/', '/run', '/var', '/var/run', '/var/run/docker.sock', '/run/docker', '/run/user'],
      ...['/run/user/1000', '/x/y.sock', '/var/lib/docker', '/root/.docker', '/run/containerd'],
    ]) {
      assert.equal(kindOfPath(path), 'engine', path)
    }
    for (const path of ['/srv', '/home/ada', '/etc', '/variable', '/runner']) {
      assert.equal(kindOfPath(path), 'paths', path)
    }
  })
})

it('a permission covers what it names and nothing more', () => {
  assertAllowed([], undefined)
  assertAllowed(['a: privileged'], { reaches: ['a: privileged', 'a: pid of the host'] })
  assert.throws(
    () => assertAllowed(['a: privileged', 'b: privileged'], { reaches: ['a: privileged'] }),
    /b: privileged/,
  )
  assert.throws(() => assertAllowed(['a: privileged'], undefined), { code: 'template_not_allowed' })
})
