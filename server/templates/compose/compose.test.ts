import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parse } from 'yaml'
import { parseTemplate } from '../parse.ts'
import { importCompose } from './compose.ts'

const source = `version: "3"
x-common: &common
  restart: always
  environment: &env { MODE: prod }
services:
  db:
    <<: *common
    image: postgres:16
    environment:
      <<: *env
      POSTGRES_PASSWORD: $\{DB_PASSWORD:?no}
    volumes:
      - ./pg:/var/lib/postgresql/data
      - /var/run/docker.sock:/s
    privileged: true
  web_app:
    build: .
    image: "shop:$\{TAG:-latest}"
    ports: [ "8080:80" ]
    environment: [ "PRICE=5$$", API_KEY ]
    depends_on: [ db ]
    deploy: { replicas: 2, resources: { limits: { memory: 512M } } }
volumes: { old: { driver: nfs } }
`

it('a Compose file becomes a template with parameters, apps and volumes', () => {
  const { source: text, problems } = importCompose(source, 'Shop')
  assert.deepEqual(problems, [])
  const parsed = parseTemplate(text)
  assert.ok(parsed.problems === undefined)
  const { head, template } = parsed
  assert.equal(head.name, 'Shop')
  assert.equal(head.main, 'web-app')
  assert.deepEqual(head.apps, [{ name: 'Port 80', port: 80 }])
  assert.deepEqual(
    head.parameters.map(({ name, type, required, default: preset }) => [
      name,
      type,
      required,
      preset,
    ]),
    [
      ['db_password', 'secret', true, undefined],
      ['tag', 'text', false, 'latest'],
      ['api_key', 'secret', false, undefined],
    ],
  )
  assert.deepEqual(
    template.volumes.map(({ name }) => name),
    ['var-lib-postgresql-data'],
  )
  const { services } = parse(text) as { services: Record<string, { environment: object }> }
  assert.deepEqual(services.db?.environment, {
    POSTGRES_PASSWORD: '$'.concat('{{ param.db_password }}'),
    MODE: 'prod',
  })
  assert.deepEqual(services['web-app']?.environment, {
    PRICE: '5$',
    API_KEY: '$'.concat('{{ param.api_key }}'),
  })
  assert.deepEqual(template.reaches, [])
})

it('what could not be carried over is told line by line', () => {
  const { notes } = importCompose(source)
  const told = notes.map(({ line, word, what }) => `${line} ${word} ${what}`)
  for (const line of [
    '1 version left',
    '3 services.db.restart left',
    '13 services.db.volumes changed',
    '14 services.db.volumes left',
    '15 services.db.privileged left',
    '16 services.web_app changed',
    '17 services.web_app.build left',
    '19 services.web_app.ports changed',
    '20 services.web_app.environment changed',
    '22 services.web_app.deploy.replicas left',
    '23 volumes.old.driver left',
  ]) {
    assert.ok(told.includes(line), `${line} is not among:\n${told.join('\n')}`)
  }
})

it('what is no Compose file says so with its place', () => {
  assert.match(importCompose('hello: world').problems[0]?.message ?? '', /no `services`/)
  assert.equal(importCompose('a: [').problems[0]?.line, 1)
  assert.match(importCompose('services: *x').problems[0]?.message ?? '', /alias|anchor/)
})
