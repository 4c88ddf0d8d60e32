// Makes the pictures in docs/ from the running product: `node tests/e2e/screenshot.ts`, after `npm run build`. What
// they show is real: spaces that run, a terminal in which somebody works.

import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { CreateSpace } from '#protocol/api/spaces.ts'
import { newId } from '#protocol/ids.ts'
import type { Theme } from '../support/access.ts'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { Skein } from '../support/skein.ts'
import { TerminalScreen } from './screen.ts'
import { signIn } from './walk.ts'

const DOCS = join(import.meta.dirname, '../../docs')

/** The starters by name and icon, on the one image that needs no registry. */
const template = (name: string, icon: string, image = 'skein/base:1') => `name: ${name}
icon: ${icon}
parameters:
  memory: { type: size, label: Memory, default: 2g }
home: /home/dev
services:
  main:
    image: ${image}
    user: dev
    working_dir: /home/dev
    volumes: [home:/home/dev]
    mem_limit: \${{ param.memory }}
`

/** A small project with a history, as files and commits. */
const PROJECT = `
set -e
mkdir ~/orbit && cd ~/orbit && git init -q -b main
git config user.name Ada && git config user.email ada@example.org
cat > orbit.py <<'END'
"""Where a planet is on its ellipse."""
from math import cos, pi, sin, sqrt

def anomaly(mean, eccentricity):
    """Solves Kepler's equation by Newton's method."""
    guess = mean
    for _ in range(8):
        guess -= (guess - eccentricity * sin(guess) - mean) / (1 - eccentricity * cos(guess))
    return guess

def place(time, period, axis, eccentricity):
    at = anomaly(2 * pi * time / period, eccentricity)
    return axis * (cos(at) - eccentricity), axis * sqrt(1 - eccentricity ** 2) * sin(at)
END
git add . && git commit -qm 'Solve Kepler’s equation'
cat > test_orbit.py <<'END'
import unittest
from math import isclose, pi
from orbit import anomaly, place

class Orbit(unittest.TestCase):
    def test_a_circle_has_no_correction(self): self.assertEqual(anomaly(1.5, 0), 1.5)
    def test_half_a_period_is_the_far_end(self): self.assertTrue(isclose(place(0.5, 1, 1, 0.2)[0], -1.2))
    def test_a_whole_period_comes_back(self): self.assertTrue(isclose(place(1, 1, 1, 0.2)[0], 0.8))
    def test_an_eccentric_orbit_converges(self): self.assertTrue(isclose(anomaly(pi, 0.97), pi))
END
git add . && git commit -qm 'Test the circle, both ends and a comet'
git checkout -q -b readme
printf '# orbit\\n\\nWhere the planets are.\\n' > README.md
git add . && git commit -qm 'Say what it is for'
git checkout -q main
printf '__pycache__/\\n' > .gitignore
git add . && git commit -qm 'Ignore what Python leaves behind'
git merge -q --no-ff -m 'Merge the readme' readme
printf 'Run the tests with \`python3 -m unittest\`.\\n' >> README.md
printf 'earth 1.0 0.0167\\nmars 1.88 0.0934\\n' > planets.txt
`

const people = [
  { username: 'grace', displayName: 'Grace Hopper' },
  { username: 'linus', displayName: 'Linus Pauling' },
]

const spaces = [
  { owner: 'linus', name: 'crystal', template: 'Debian shell', useMb: 60 },
  { owner: 'linus', name: 'vitamins', template: 'Python', useMb: 120 },
  { owner: 'grace', name: 'cobol-tests', template: 'Debian shell', useMb: 30 },
  { owner: 'grace', name: 'harvard-mark', template: 'Debian shell', stopped: true },
  { owner: 'linus', name: 'helix', template: 'Node with PostgreSQL', useMb: 150 },
  { owner: 'ada', name: 'engine-notes', template: 'Debian shell', stopped: true },
  { owner: 'grace', name: 'compiler', template: 'Node', useMb: 290 },
  { owner: 'grace', name: 'nightly', template: 'Node 25', failed: true },
  { owner: 'ada', name: 'website', template: 'Node', stopped: true },
  { owner: 'ada', name: 'notes', template: 'Debian shell', useMb: 10 },
  { owner: 'linus', name: 'protein', template: 'Python', useMb: 430 },
  { owner: 'ada', name: 'ledger', template: 'Node with PostgreSQL', useMb: 180 },
  { owner: 'ada', name: 'orbit', template: 'Python', useMb: 40 },
]

class World {
  readonly skein: Skein
  readonly #apis = new Map<string, Api>()
  readonly #templates = new Map<string, string>()
  readonly #ids = new Map<string, string>()

  constructor(skein: Skein, ada: Api) {
    this.skein = skein
    this.#apis.set('ada', ada)
  }

  api(name: string): Api {
    const api = this.#apis.get(name)
    if (!api) throw new Error(`nobody is called ${name}`)
    return api
  }

  id(space: string): string {
    return this.#ids.get(space) ?? ''
  }

  async fill(): Promise<void> {
    await this.#save('Debian shell', 'debian')
    await this.#save('Node', 'node')
    await this.#save('Python', 'python')
    await this.#save('Node with PostgreSQL', 'database')
    await this.#save('Node 25', 'node', 'registry.invalid/node:25')
    for (const person of people) await this.#add(person)
    for (const space of spaces) await this.#make(space)
    // Saved again, so that its spaces are behind.
    const node = this.#templates.get('Node') ?? ''
    await this.api('ada').saveTemplate(node, template('Node', 'node').replace('2g', '4g'))
  }

  async container(space: string): Promise<string> {
    return await docker('ps', '--quiet', '--filter', `label=dev.skein.space=${this.id(space)}`)
  }

  async #save(name: string, icon: string, image?: string): Promise<void> {
    const { id } = await this.api('ada').createTemplate(template(name, icon, image))
    this.#templates.set(name, id)
  }

  async #add(person: (typeof people)[number]): Promise<void> {
    const account = { id: newId(), ...person, role: 'member', password: TEST_PASSWORD }
    await this.api('ada').call('POST', '/users', account)
    const api = new Api(this.skein.url)
    await api.signIn(person.username)
    this.#apis.set(person.username, api)
  }

  async #make(space: (typeof spaces)[number]): Promise<void> {
    const api = this.api(space.owner)
    const id = newId<'space'>()
    const templateId = this.#templates.get(space.template) as CreateSpace['templateId']
    await api.createSpace({ id, name: space.name, templateId })
    this.#ids.set(space.name, id)
    await api.until(id, space.failed ? 'failed' : 'running')
    if (space.stopped) await api.act(id, 'stop')
    if (space.useMb) await this.#work(space.name, space.useMb)
  }

  /** Holds memory, as people's programs do. */
  async #work(space: string, useMb: number): Promise<void> {
    const program = `import time; held = bytearray(b'x') * (${useMb} << 20); time.sleep(600)`
    await docker('exec', '--detach', await this.container(space), 'python3', '-c', program)
  }
}

async function picture(world: World, browser: Browser, theme: Theme, file: string, path: string) {
  const visitor = await Visitor.arrive(browser, world.skein.url, { theme })
  await signIn(visitor.page, 'ada')
  if (path !== '/spaces') await visitor.page.goto(path)
  // Out of the way: a row that is pointed at looks different.
  await visitor.page.mouse.move(2, 600)
  return {
    page: visitor.page,
    take: async () => {
      await visitor.page.screenshot({ path: join(DOCS, file) })
      await visitor.leave()
      console.log(`docs/${file}`)
    },
  }
}

async function terminalPicture(world: World, browser: Browser): Promise<void> {
  await docker('exec', await world.container('orbit'), 'bash', '-c', PROJECT)
  const path = `/spaces/${world.id('orbit')}?terminal=main`
  const { page, take } = await picture(world, browser, 'dark', 'screenshot.png', path)
  await page.getByRole('button', { name: 'New terminal' }).click()
  const server = new TerminalScreen(page, 'term-2')
  await server.connected()
  await server.enter('cd orbit && python3 -m http.server 8000')
  await page.getByRole('button', { name: 'main', exact: true }).click()
  const main = new TerminalScreen(page)
  await main.connected()
  await main.enter('cd orbit && clear')
  await main.shows(/^\S+\/orbit\$$/)
  // Each is typed when the shell has asked for it, as people do.
  for (const line of ['git log --graph --oneline --all', 'git diff', 'python3 -m unittest -v']) {
    await main.enter(line)
    await main.shows(new RegExp(`\\$ ${line}\\n[^]+\\n\\S+/orbit\\$$`))
  }
  await page.getByText('Ports and apps1').waitFor()
  await page.waitForFunction(`document.fonts.check('13px "JetBrains Mono Variable"')`)
  await page.mouse.move(2, 600)
  await take()
}

async function listPicture(world: World, browser: Browser): Promise<void> {
  const { page, take } = await picture(world, browser, 'light', 'screenshot-light.png', '/spaces')
  await page.getByRole('link', { name: 'crystal', exact: true }).waitFor()
  await eventually(async () => (await page.getByText('Stopped', { exact: true }).count()) === 3, {
    timeoutMs: 30_000,
    what: 'three spaces to have stopped',
  })
  await eventually(
    async () => {
      const all = await world.api('ada').spaces()
      return all.every(({ state, usage }) => state !== 'running' || usage !== undefined)
    },
    { timeoutMs: 30_000, what: 'every space’s use of memory' },
  )
  await take()
}

const { skein, api } = await Skein.start()
const browser = await launchBrowser()
try {
  const world = new World(skein, api)
  await world.fill()
  await terminalPicture(world, browser)
  await listPicture(world, browser)
} finally {
  await browser.close()
  await api.deleteSpaces()
  await skein.close()
}
