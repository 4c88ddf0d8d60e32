import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  AGENT_DEADLINE_MS,
  type Desired,
  nextStep,
  type Observed,
  type ObservedContainer,
  type Runtime,
  type Situation,
} from './machine.ts'

const main = (more: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id: 'c',
  service: 'main',
  main: true,
  state: 'running',
  epoch: 1,
  ...more,
})
const none: Observed = { containers: [], network: false, agentLinked: false }
const seen = (container: ObservedContainer, more: Partial<Observed> = {}): Observed => ({
  containers: [container],
  network: true,
  agentLinked: false,
  ...more,
})
const wish = (state: Desired['state'], generation = 1): Desired => ({
  state,
  generation,
  intentId: 'i',
  at: 0,
  by: { kind: 'system', id: '', name: '' },
})
const recorded = (state: Runtime['state'], more: Partial<Runtime> = {}): Runtime => ({
  state,
  reason: '',
  since: 0,
  generation: 1,
  epoch: 1,
  containers: { main: 'c' },
  ...more,
})
const exit = (status: number, outOfMemory = false) => ({ status, outOfMemory, error: '' })

type Row = [string, Desired, Runtime | undefined, Observed, string, Partial<Situation>?]
const rows: Row[] = [
  ['a new space is begun', wish('running'), undefined, none, 'begin'],
  [
    'what was left over is cleared first',
    wish('running'),
    undefined,
    seen(main()),
    'clear stopping',
  ],
  ['a begun space is launched', wish('running'), recorded('pulling'), none, 'launch'],
  [
    'a launch that was cut off goes on',
    wish('running'),
    recorded('starting'),
    seen(main({ state: 'created' })),
    'launch',
  ],
  [
    'another epoch’s container is cleared',
    wish('running'),
    recorded('starting', { epoch: 2 }),
    seen(main()),
    'clear stopping',
  ],
  [
    'a started space waits for its agent',
    wish('running'),
    recorded('starting'),
    seen(main()),
    'wait agent',
  ],
  [
    'an agent that never links is a failure',
    wish('running'),
    recorded('starting'),
    seen(main()),
    'settle failed agent_not_linked',
    { nowMs: AGENT_DEADLINE_MS },
  ],
  [
    'a linked space without a script runs',
    wish('running'),
    recorded('starting'),
    seen(main(), { agentLinked: true }),
    'settle running',
  ],
  [
    'a linked space waits for its script',
    wish('running'),
    recorded('starting'),
    seen(main(), { agentLinked: true }),
    'wait startup',
    { hasStartup: true },
  ],
  [
    'a script that is done lets it run',
    wish('running'),
    recorded('starting'),
    seen(main(), { agentLinked: true, startup: { state: 'done' } }),
    'settle running',
    { hasStartup: true },
  ],
  [
    'a script that fails lets it run, with the failure',
    wish('running'),
    recorded('starting'),
    seen(main(), { agentLinked: true, startup: { state: 'failed', status: 3 } }),
    'settle running startup_failed',
    { hasStartup: true },
  ],
  [
    'a script without end lets it run, with the failure',
    wish('running'),
    recorded('starting'),
    seen(main(), { agentLinked: true }),
    'settle running timeout',
    { hasStartup: true, nowMs: 1e9 },
  ],
  [
    'a container that dies while starting is a failure',
    wish('running'),
    recorded('starting'),
    seen(main({ state: 'exited', exit: exit(1) })),
    'settle failed container_exited',
  ],
  ['a running space is left alone', wish('running'), recorded('running'), seen(main()), 'nothing'],
  [
    'a running space is left alone while its agent is away',
    wish('running'),
    recorded('running'),
    seen(main()),
    'nothing',
    { nowMs: 1e9 },
  ],
  [
    'a container that was removed is a failure',
    wish('running'),
    recorded('running'),
    none,
    'settle failed container_removed',
  ],
  [
    'a container that is being removed is as good as removed',
    wish('running'),
    recorded('running'),
    seen(main({ state: 'dead' })),
    'settle failed container_removed',
  ],
  [
    'a container that ended well is a stop',
    wish('running'),
    recorded('running'),
    seen(main({ state: 'exited', exit: exit(0) })),
    'settle stopped',
  ],
  [
    'a container that was killed is a failure',
    wish('running'),
    recorded('running'),
    seen(main({ state: 'exited', exit: exit(137) })),
    'settle failed container_exited',
  ],
  [
    'a container out of memory says so',
    wish('running'),
    recorded('running'),
    seen(main({ state: 'exited', exit: exit(137, true) })),
    'settle failed out_of_memory',
  ],
  ['a failed space is cleared', wish('running'), recorded('failed'), seen(main()), 'clear failed'],
  ['a failed space stays failed', wish('running'), recorded('failed'), none, 'nothing'],
  [
    'a space that ended by itself stays stopped',
    wish('running'),
    recorded('stopped'),
    none,
    'nothing',
  ],
  [
    'a restart clears first',
    wish('running', 2),
    recorded('running'),
    seen(main()),
    'clear stopping',
  ],
  ['a restart begins when clear', wish('running', 2), recorded('stopping'), none, 'begin'],
  ['a start after a failure begins', wish('running', 2), recorded('failed'), none, 'begin'],
  ['a stop clears', wish('stopped', 2), recorded('running'), seen(main()), 'clear stopping'],
  [
    'a stop clears a network that is left',
    wish('stopped', 2),
    recorded('stopping'),
    { ...none, network: true },
    'clear stopping',
  ],
  ['a stop settles when clear', wish('stopped', 2), recorded('stopping'), none, 'settle stopped'],
  ['a stop of what never ran settles', wish('stopped'), undefined, none, 'settle stopped'],
  [
    'a stopped space is left alone',
    wish('stopped', 2),
    recorded('stopped', { generation: 2 }),
    none,
    'nothing',
  ],
  [
    'a stopped space that someone started outside is cleared',
    wish('stopped', 2),
    recorded('stopped', { generation: 2 }),
    seen(main()),
    'clear stopping',
  ],
  ['a deletion clears', wish('deleted', 2), recorded('running'), seen(main()), 'clear deleting'],
  ['a deletion erases when clear', wish('deleted', 2), recorded('deleting'), none, 'erase'],
]

describe('the next step', () => {
  for (const [name, desired, runtime, observed, expected, more] of rows) {
    it(name, () => {
      const step = nextStep({
        desired,
        runtime,
        observed,
        hasStartup: false,
        waitingSinceMs: 0,
        nowMs: 1,
        ...more,
      })
      const words = Object.values(step)
        .map((value) => (typeof value === 'object' ? value.code : value))
        .filter((value) => typeof value === 'string' && /^[a-z_]+$/.test(value))
      assert.equal(words.join(' '), expected)
    })
  }

  it('from anywhere comes to rest at what is wanted', () => {
    const states = [
      'stopped',
      'pulling',
      'starting',
      'running',
      'stopping',
      'deleting',
      'failed',
    ] as const
    const containerStates = ['created', 'running', 'exited', 'dead', 'paused'] as const
    const anywhere = fc.record({
      wanted: fc.constantFrom('running', 'stopped', 'deleted'),
      generation: fc.integer({ min: 1, max: 2 }),
      runtime: fc.option(
        fc.record({ state: fc.constantFrom(...states), epoch: fc.integer({ min: 0, max: 2 }) }),
      ),
      container: fc.option(
        fc.record({
          state: fc.constantFrom(...containerStates),
          epoch: fc.integer({ min: 0, max: 2 }),
        }),
      ),
    })
    fc.assert(
      fc.property(anywhere, ({ wanted, generation, runtime, container }) => {
        const end = run(
          wish(wanted as Desired['state'], generation),
          runtime === null ? undefined : recorded(runtime.state, { epoch: runtime.epoch }),
          container === null ? none : seen(main({ ...container, exit: exit(0) })),
        )
        const resting = {
          running: ['running', 'stopped', 'failed'],
          stopped: ['stopped'],
          deleted: ['erased'],
        }
        assert.ok(resting[wanted as 'running'].includes(end), end)
      }),
    )
  })
})

/** Does every step at once and well, and answers the state in which nothing more is to be done. */
function run(desired: Desired, start: Runtime | undefined, world: Observed): string {
  let runtime = start
  let observed = world
  for (let turn = 0; turn < 10; turn++) {
    const step = nextStep({
      desired,
      runtime,
      observed,
      hasStartup: true,
      waitingSinceMs: 0,
      nowMs: 0,
    })
    if (step.do === 'nothing') return runtime?.state ?? 'none'
    if (step.do === 'erase') return 'erased'
    const epoch = runtime?.epoch ?? 0
    if (step.do === 'clear') {
      observed = none
      runtime = runtime && { ...runtime, state: step.state }
    } else if (step.do === 'begin') {
      runtime = recorded('pulling', { epoch: epoch + 1, generation: desired.generation })
    } else if (step.do === 'launch') observed = seen(main({ epoch }))
    else if (step.do === 'wait')
      observed = { ...observed, agentLinked: true, startup: { state: 'done' } }
    else runtime = recorded(step.state, { epoch, generation: desired.generation })
  }
  return assert.fail('It never comes to rest.')
}
