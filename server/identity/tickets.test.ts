import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { systemRandom } from '../clock.ts'
import type { Person } from './credential.ts'
import { MAX_USED } from './signed.ts'
import { HANDOVER_MS, TICKET_MS, Tickets } from './tickets.ts'
import type { SessionClaims } from './token.ts'

const ORIGIN = 'https://north.example'
const key = Buffer.alloc(32, 1)

function made(): { clock: TestClock; tickets: Tickets; person: Person; ended: Set<string> } {
  const clock = new TestClock()
  const claims: SessionClaims = {
    sessionId: newId<'session'>(),
    birthDot: { origin: 'o', seq: 1 },
    userId: newId<'user'>(),
    userEpoch: 1,
    exp: clock.nowMs() + 10 * TICKET_MS,
  }
  const { sessionId: id, userId } = claims
  const actor = { kind: 'user', id: userId, name: 'ada' } as const
  const credential = { kind: 'session', id, userId, claims } as const
  const person: Person = { userId, role: 'member', actor, credential }
  const ended = new Set<string>()
  const sessions = {
    holds: (asked: SessionClaims) => (ended.has(asked.sessionId) ? undefined : person),
  }
  return {
    clock,
    tickets: new Tickets({ clock, random: systemRandom, sessions, key }),
    person,
    ended,
  }
}

test('a ticket holds for five minutes, for its origin, while the session does', async () => {
  const { clock, tickets, person, ended } = made()
  const ticket = tickets.issue(person, ORIGIN)
  await clock.advance(TICKET_MS - 1)
  assert.equal(tickets.admit(ticket, ORIGIN), person)
  assert.equal(tickets.admit(ticket, 'https://south.example'), undefined)
  ended.add(person.credential.id)
  assert.equal(tickets.admit(ticket, ORIGIN), undefined)
  ended.clear()
  await clock.advance(1)
  assert.equal(tickets.admit(ticket, ORIGIN), undefined)
})

test('whatever is changed in a ticket, it is none', () => {
  const { tickets, person } = made()
  const ticket = tickets.issue(person, ORIGIN)
  // The last character carries unused bits.
  for (let i = 0; i < ticket.length - 1; i++) {
    const changed = ticket.slice(0, i) + (ticket[i] === 'A' ? 'Q' : 'A') + ticket.slice(i + 1)
    assert.equal(tickets.admit(changed, ORIGIN), undefined, `at ${i}`)
  }
  for (const text of ['', '.', '..', `${ticket}.`, `.${ticket}`, 'x'.repeat(10_000)]) {
    assert.equal(tickets.admit(text, ORIGIN), undefined)
  }
})

test('a ticket that another key signed is none, and no program gets one', () => {
  const { clock, tickets, person } = made()
  const sessions = { holds: () => person }
  const parts = { clock, random: systemRandom, sessions }
  const other = new Tickets({ ...parts, key: Buffer.alloc(32, 2) })
  assert.equal(tickets.admit(other.issue(person, ORIGIN), ORIGIN), undefined)
  const credential = { kind: 'token', id: newId<'token'>(), userId: person.userId } as const
  assert.throws(() => tickets.issue({ ...person, credential }, ORIGIN), { code: 'token_forbidden' })
})

test('a handover is good once, at its peer, for half a minute, and is no ticket', async () => {
  const { clock, tickets, person } = made()
  const to = { origin: ORIGIN, peer: 'south' }
  const code = tickets.handOver(person, to)
  assert.equal(tickets.admit(code, ORIGIN), undefined)
  assert.equal(tickets.takeOver(tickets.issue(person, ORIGIN), to), undefined)
  assert.equal(tickets.takeOver(code, { ...to, peer: 'east' }), undefined)
  assert.equal(tickets.takeOver(code, { ...to, origin: 'https://east.example' }), undefined)
  assert.equal(tickets.takeOver(code, to), person)
  assert.equal(tickets.takeOver(code, to), undefined)
  const late = tickets.handOver(person, to)
  await clock.advance(HANDOVER_MS)
  assert.equal(tickets.takeOver(late, to), undefined)
})

test('used handovers are remembered up to a limit, past which none is honoured until they expire', async () => {
  const { clock, tickets, person } = made()
  const to = { origin: ORIGIN, peer: 'south' }
  const use = () => tickets.takeOver(tickets.handOver(person, to), to)
  for (let i = 0; i < MAX_USED; i++) assert.ok(use())
  assert.equal(use(), undefined)
  await clock.advance(HANDOVER_MS)
  assert.ok(use())
})
