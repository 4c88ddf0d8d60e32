// Invitations, second factors, sharing, roles and tokens as somebody uses them, through the HTTP door.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { GroupDetail } from '#protocol/api/groups.ts'
import { newId } from '#protocol/ids.ts'
import type { Client } from '../../tests/support/http/client.ts'
import { PASSWORD, World } from '../../tests/support/http/world.ts'

let world: World
let ada: Client
let mel: Client
const OTHER = 'another good password'

before(async () => {
  world = await World.open()
  ada = await world.setUp({ starters: ['shell'] })
  mel = await world.member(ada, 'mel')
})
after(() => world.close())
// Attempts come back with time.
beforeEach(() => world.clock.advance(10 * 60_000))

const codeOf = ({ body }: { body: { error?: { code: string } } }) => body.error?.code
const idOf = (name: string) => String(world.records.holder(`user:${name}`))
const login = (username: string, more: object = {}) =>
  world.client().post('/session', { username, password: PASSWORD, ...more })

async function space(owner: Client): Promise<string> {
  const [template] = world.records.list('template')
  const id = newId()
  const made = await owner.post('/spaces', {
    id,
    name: `s-${id.slice(-8)}`,
    templateId: template?.id,
  })
  assert.equal(made.status, 202)
  return id
}

test('an invitation makes one account, with what it gives, and no second one', async () => {
  const group = await ada.post('/groups', { name: 'crew' })
  const given = { groups: [group.body.id], expiresInHours: 1 }
  const { token } = (await ada.post('/invitations', given)).body as { token: string }
  const guest = world.client()
  const opened = await guest.post('/invitations/open', { token })
  assert.equal(opened.body.purpose, 'invitation')
  const wish = { token, username: 'ines', password: PASSWORD }
  assert.equal(
    codeOf(await guest.post('/invitations/accept', { ...wish, password: 'short' })),
    'password_weak',
  )
  assert.equal((await guest.post('/invitations/accept', wish)).status, 201)
  const me = (await guest.get('/me')).body as { user: { groups: { name: string }[] } }
  assert.deepEqual(
    me.user.groups.map(({ name }) => name),
    ['crew'],
  )
  const again = await world.client().post('/invitations/accept', { ...wish, username: 'ivan' })
  assert.equal(codeOf(again), 'invitation_wrong')
  assert.equal(world.records.holder('user:ivan'), undefined)
})

test('an invitation ends with its time, when it is withdrawn, and with the rights of who made it', async () => {
  const make = async (by: Client) => (await by.post('/invitations', { expiresInHours: 1 })).body
  const open = (token: unknown) => world.client().post('/invitations/open', { token })
  const late = await make(ada)
  await world.clock.advance(61 * 60_000)
  assert.equal(codeOf(await open(late.token)), 'invitation_wrong')
  const gone = await make(ada)
  await ada.delete(`/invitations/${(gone.invitation as { id: string }).id}`)
  assert.equal(codeOf(await open(gone.token)), 'invitation_wrong')
  const bob = await world.member(ada, 'bob')
  const role = await ada.post('/roles', { name: 'invites', permissions: ['invitation.create'] })
  await ada.patch(`/users/${idOf('bob')}`, { roles: [role.body.id] })
  const his = await make(bob)
  assert.equal((await open(his.token)).status, 200)
  await ada.patch(`/users/${idOf('bob')}`, { roles: [] })
  assert.equal(codeOf(await open(his.token)), 'invitation_wrong')
  const crew = await ada.post('/groups', { name: 'closed' })
  await ada.patch(`/users/${idOf('bob')}`, { roles: [role.body.id] })
  const into = await bob.post('/invitations', { groups: [crew.body.id] })
  assert.equal(codeOf(into), 'not_above', 'a group that he may not change')
  assert.equal(codeOf(await open(`${String(his.token).slice(0, -1)}A`)), 'invitation_wrong')
})

test('only the hash of a link is kept', async () => {
  const { token } = (await ada.post('/invitations', {})).body as { token: string }
  const kept = JSON.stringify(world.records.list('invitation').map(({ groups }) => groups))
  assert.ok(!kept.includes(token.split('.')[1] ?? '-'))
})

test('a reset link gives one new password, ends all sessions and does not sign in', async () => {
  const sue = await world.member(ada, 'sue')
  const first = await ada.post(`/users/${idOf('sue')}/reset`)
  const { body } = await ada.post(`/users/${idOf('sue')}/reset`)
  const guest = world.client()
  const accept = (token: unknown) => guest.post('/invitations/accept', { token, password: OTHER })
  assert.equal(codeOf(await accept(first.body.token)), 'invitation_wrong', 'replaced')
  assert.equal((await accept(body.token)).status, 204)
  assert.equal(guest.cookie, '')
  assert.equal((await sue.get('/me')).status, 401)
  assert.equal((await login('sue', { password: OTHER })).status, 201)
  assert.equal(codeOf(await accept(body.token)), 'invitation_wrong', 'used')
})

test('whoever manages a group says who is in it, sees their quotas, and raises nobody', async () => {
  const chief = await world.member(ada, 'chief')
  for (const name of ['deputy', 'newbie']) await world.member(ada, name)
  const made = await ada.post('/groups', { name: 'guild' })
  const path = `/groups/${made.body.id}`
  const stranger = await ada.patch(path, { addManagers: ['chief'] })
  assert.equal(codeOf(stranger), 'not_found', 'only a member manages')
  assert.deepEqual((await chief.get('/groups')).body.groups, [])
  await ada.patch(path, { add: ['chief', 'deputy'], addManagers: ['chief', 'deputy'] })
  const quota = { spaces: 3 }
  await ada.patch(path, { quota })
  const names = async () =>
    ((await chief.get('/groups')).body.groups as { name: string }[]).map(({ name }) => name)
  assert.deepEqual(await names(), ['guild'], 'no other')
  const put = (change: object, by = chief) => by.patch(`${path}/members`, change)
  assert.equal((await put({ add: ['newbie'] })).status, 200)
  const { people } = (await chief.get(path)).body as unknown as GroupDetail
  assert.deepEqual(
    people.map(({ name, used, effectiveQuota }) => [name, used.spaces, effectiveQuota.spaces]),
    ['chief', 'deputy', 'newbie'].map((name) => [name, 0, 3]),
  )
  for (const change of [{ quota: {} }, { addManagers: ['newbie'] }, { roles: [] }, { name: 'x' }]) {
    assert.equal(codeOf(await chief.patch(path, change)), 'forbidden', JSON.stringify(change))
  }
  assert.equal(codeOf(await put({ addManagers: ['newbie'] })), 'bad_request')
  assert.equal(codeOf(await put({ remove: ['deputy'] })), 'not_above', 'another manager')
  assert.equal(codeOf(await chief.get(`/users/${idOf('newbie')}`)), 'not_found')
  assert.equal((await put({ remove: ['newbie'] })).status, 200)
  const [entry] = await world.records.read('audit', { subject: String(made.body.id), limit: 1 })
  assert.deepEqual(entry?.body.after, { members: ['chief', 'deputy'] })
  assert.equal(entry?.body.actor.name, 'chief')
  // Out of the group, and in again: managing is said anew.
  await ada.patch(path, { remove: ['chief'] })
  await ada.patch(path, { add: ['chief'] })
  assert.equal(codeOf(await put({ add: ['newbie'] })), 'not_found')
})

test('nobody gets roles to give by a group of which they may only change the members', async () => {
  const clerk = await world.member(ada, 'clerk')
  const role = async (name: string, permissions: string[]) =>
    (await ada.post('/roles', { name, permissions })).body.id
  const clerks = await role('clerks', ['group.people'])
  const strong = await role('strong', ['user.delete'])
  await ada.patch(`/users/${idOf('clerk')}`, { roles: [clerks] })
  const group = await ada.post('/groups', { name: 'strongmen' })
  const path = `/groups/${group.body.id}/members`
  assert.equal((await clerk.patch(path, { add: ['clerk'] })).status, 200)
  await clerk.patch(path, { remove: ['clerk'] })
  await ada.patch(`/groups/${group.body.id}`, { roles: [strong] })
  assert.equal(codeOf(await clerk.patch(path, { add: ['clerk'] })), 'not_above')
})

test('a member may change the own display name but neither role nor state', async () => {
  const path = `/users/${idOf('mel')}`
  assert.equal((await mel.patch(path, { displayName: 'Olga O.' })).status, 200)
  assert.equal((await mel.patch(path, { role: 'administrator' })).body.error?.code, 'forbidden')
  assert.equal((await mel.patch(path, { password: PASSWORD })).body.error?.code, 'forbidden')
})

test('a session of someone else can neither be seen nor ended', async () => {
  const stranger = await world.member(ada, 'stranger')
  const { sessionId } = (await mel.get('/me')).body
  assert.equal((await stranger.delete(`/me/sessions/${sessionId}`)).body.error?.code, 'not_found')
  assert.equal((await mel.get('/me')).status, 200)
  const { sessions } = (await stranger.get('/me/sessions')).body as {
    sessions: { current: boolean }[]
  }
  assert.deepEqual(
    sessions.map(({ current }) => current),
    [true],
  )
})

const totp = (secret: string) => new TOTP({ secret: Secret.fromBase32(secret) })
const codeNow = (secret: string) => totp(secret).generate({ timestamp: world.clock.nowMs() })

async function enrol(client: Client): Promise<{ secret: string; codes: string[] }> {
  const begun = await client.post('/me/factor', { password: PASSWORD })
  assert.equal(begun.status, 201)
  const secret = String(begun.body.secret)
  assert.match(String(begun.body.uri), /^otpauth:\/\/totp\/Skein:/)
  const { body } = await client.post('/me/factor/confirm', { code: codeNow(secret) })
  return { secret, codes: body.codes as string[] }
}

test('a second factor is asked for once it is confirmed, and its code is good once', async () => {
  const tom = await world.member(ada, 'tom')
  assert.equal(
    codeOf(await tom.post('/me/factor', { password: 'wrong password' })),
    'bad_credentials',
  )
  await tom.post('/me/factor', { password: PASSWORD })
  assert.equal((await login('tom')).status, 201, 'not confirmed yet')
  const { secret } = await enrol(tom)
  assert.equal(codeOf(await login('tom')), 'second_factor_needed')
  assert.equal(
    codeOf(await login('tom', { code: codeNow(secret) })),
    'second_factor_wrong',
    'it confirmed already',
  )
  await world.clock.advance(60_000)
  const code = codeNow(secret)
  assert.equal(codeOf(await login('tom', { code, password: OTHER })), 'bad_credentials')
  assert.equal((await login('tom', { code })).status, 201)
  assert.equal(codeOf(await login('tom', { code })), 'second_factor_wrong', 'replayed')
  const kept = JSON.stringify(world.records.list('credential').map(({ groups }) => groups))
  assert.ok(!kept.includes(secret), 'sealed')
})

test('a recovery code stands in for a code once, and an administrator takes the factor away', async () => {
  const eve = await world.member(ada, 'eve')
  const { codes } = await enrol(eve)
  assert.equal(codes.length, 10)
  const [code = ''] = codes
  assert.equal((await login('eve', { code: code.toUpperCase() })).status, 201)
  assert.equal(codeOf(await login('eve', { code })), 'second_factor_wrong')
  const state = (await eve.get('/me/factor')).body.factor as { recoveryLeft: number }
  assert.equal(state.recoveryLeft, 9)
  const renewed = await eve.post('/me/factor/codes', { password: PASSWORD })
  assert.equal(codeOf(await login('eve', { code: codes[1] })), 'second_factor_wrong', 'renewed')
  const [fresh] = renewed.body.codes as string[]
  assert.equal((await login('eve', { code: fresh })).status, 201)
  assert.equal((await ada.delete(`/users/${idOf('eve')}/factor`)).status, 204)
  assert.equal((await login('eve')).status, 201)
})

test('guesses at a code are few', async () => {
  const kim = await world.member(ada, 'kim')
  await enrol(kim)
  const seen: unknown[] = []
  for (let i = 0; i < 8; i++) seen.push(codeOf(await login('kim', { code: '000000' })))
  assert.ok(seen.includes('rate_limited'), String(seen))
})

test('a share lets in as what it says, by groups too, and no longer once it is taken away', async () => {
  const id = await space(mel)
  const ned = await world.member(ada, 'ned')
  const share = (level: string | null) =>
    mel.put(`/spaces/${id}/shares`, { kind: 'user', name: 'ned', level })
  assert.equal((await ned.get(`/spaces/${id}`)).status, 404)
  assert.equal((await share('viewer')).status, 200)
  assert.equal((await ned.get(`/spaces/${id}`)).body.standing, 'viewer')
  assert.equal(codeOf(await ned.post(`/spaces/${id}/start`)), 'forbidden')
  await share('manager')
  assert.equal((await ned.post(`/spaces/${id}/start`)).status, 202)
  assert.equal(codeOf(await ned.delete(`/spaces/${id}`)), 'forbidden')
  await share(null)
  assert.equal((await ned.get(`/spaces/${id}`)).status, 404)
  assert.equal(
    codeOf(await mel.put(`/spaces/${id}/shares`, { kind: 'user', name: 'mel', level: 'user' })),
    'share_owner',
  )
})

test('a space is handed over by its owner, and of somebody disabled by an administrator', async () => {
  const id = await space(mel)
  await world.member(ada, 'pia')
  const to = (client: Client, name: string) => client.post(`/spaces/${id}/transfer`, { to: name })
  assert.equal(codeOf(await to(ada, 'ada')), 'owner_active')
  assert.equal((await to(mel, 'pia')).status, 204)
  assert.equal((await mel.get(`/spaces/${id}`)).status, 404)
  await ada.patch(`/users/${idOf('pia')}`, { disabled: true })
  assert.equal(codeOf(await to(ada, 'pia')), 'user_disabled')
  assert.equal((await to(ada, 'mel')).status, 204)
  assert.equal((await mel.get(`/spaces/${id}`)).body.standing, 'owner')
})

test('a permission is no way to more of them', async () => {
  const gus = await world.member(ada, 'gus')
  const role = await ada.post('/roles', {
    name: 'governs',
    permissions: ['user.govern', 'user.create', 'role.create', 'group.update', 'role.update'],
  })
  const strong = await ada.post('/roles', { name: 'audits', permissions: ['audit.read'] })
  const strongGroup = await ada.post('/groups', { name: 'strong' })
  await ada.patch(`/groups/${strongGroup.body.id}`, { roles: [strong.body.id] })
  await ada.patch(`/users/${idOf('gus')}`, { roles: [role.body.id] })
  const self = `/users/${idOf('gus')}`
  const refused = [
    await gus.patch(self, { role: 'administrator' }),
    await gus.patch(self, { roles: [role.body.id, strong.body.id] }),
    await gus.patch(`/users/${idOf('ada')}`, { disabled: true }),
    await gus.post(`/users/${idOf('ada')}/reset`),
    await gus.post('/users', { username: 'gil', password: PASSWORD, role: 'administrator' }),
    await gus.post('/roles', { name: 'more', permissions: ['audit.read'] }),
    await gus.patch(`/roles/${role.body.id}`, { permissions: ['audit.read'] }),
    await gus.patch(`/groups/${strongGroup.body.id}`, { add: ['gus'] }),
  ]
  assert.deepEqual(new Set(refused.map(codeOf)), new Set(['not_above']))
  assert.equal((await gus.post('/users', { username: 'gil', password: PASSWORD })).status, 201)
  assert.equal(codeOf(await gus.get('/audit')), 'forbidden')
})

test('a token for less says so, and its end is at once', async () => {
  const made = await mel.post('/me/tokens', { name: 'cron', scopes: ['run'] })
  const headers = { authorization: `Bearer ${made.body.secret}`, cookie: '', origin: '' }
  const robot = (method: string, path: string) =>
    world.client().send(method, path, undefined, { headers })
  const id = await space(mel)
  assert.equal((await robot('POST', `/spaces/${id}/stop`)).status, 202)
  assert.equal(codeOf(await robot('DELETE', `/spaces/${id}`)), 'token_scope')
  assert.equal(codeOf(await robot('GET', `/spaces/${id}/files`)), 'token_scope')
  assert.deepEqual((made.body.token as { scopes: string[] }).scopes, ['run'])
  const whole = await mel.post('/me/tokens', { name: 'whole' })
  const all = { authorization: `Bearer ${whole.body.secret}`, cookie: '', origin: '' }
  const seen = await world.client().get(`/users/${idOf('mel')}`, { headers: all })
  assert.deepEqual(seen.body.sessions, [])
  const path = `/users/${idOf('mel')}/tokens/${(made.body.token as { id: string }).id}`
  assert.equal((await ada.delete(path)).status, 204)
  assert.equal(codeOf(await robot('GET', '/spaces')), 'token_wrong')
})

test('who is disabled is out at once, with everything that speaks for them', async () => {
  const zoe = await world.member(ada, 'zoe')
  const token = await zoe.post('/me/tokens', { name: 'robot' })
  const headers = { authorization: `Bearer ${token.body.secret}`, cookie: '', origin: '' }
  await ada.patch(`/users/${idOf('zoe')}`, { disabled: true })
  assert.equal((await zoe.get('/me')).status, 401)
  assert.equal(codeOf(await world.client().get('/me', { headers })), 'token_wrong')
  assert.equal(codeOf(await login('zoe')), 'bad_credentials')
})
