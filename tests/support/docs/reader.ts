// Who reads each page: what they have before its first command, and what stands for their own names.

import { TEST_PASSWORD } from '../api.ts'

export interface Place {
  /** The checkout. */
  readonly root: string
  /** The reader's home folder. */
  readonly home: string
  /** For the data of a server that a page starts, beside the one that is there. */
  readonly first: string
}

export interface Reader {
  readonly page: string
  /** Spaces that run, of the template *Debian shell*. */
  readonly spaces?: readonly string[]
  /** Whether `skein` knows the server already. */
  readonly isSignedIn?: true
  /** By their paths in the home folder. */
  readonly files?: Readonly<Record<string, string>>
  /** What they did in each of these. */
  readonly inSpaces?: string
  /** What they did before they came to this page. */
  readonly before?: string
  /** What a page leaves to its reader, and what this one puts there. */
  readonly own?: (place: Place) => readonly (readonly [string, string])[]
}

const MAKEFILE = 'test:\n\t@echo tested\n'

const NODE_TEMPLATE = `name: Node
parameters:
  memory: { type: size, default: 2g }
services:
  main:
    image: skein/base:1
    mem_limit: \${{ param.memory }}
`

const COMPOSE = `services:
  web:
    image: nginx
    ports: ["8080:80"]
`

/** A home that has a project with a repository of its own, and another beside it. */
const PROJECT = `rm -rf ./* && printf '${MAKEFILE.replaceAll('\t', '\\t').replaceAll('\n', '\\n')}' > Makefile
mkdir -p project/logs && git init -q --bare origin.git && git -C project init -q -b main
git -C project config user.email ada@example.com && git -C project config user.name Ada
echo hello > project/readme && git -C project add . && git -C project commit -qm 'Begin'
git -C project remote add origin ~/origin.git && git -C project push -q -u origin main`

const ID_OF_SITE = 'ID=$(skein spaces --json | jq -r ".spaces[] | select(.name == \\"site\\").id")'

/** The first server is there already, so this one is beside it. */
const starting = ({ root, first }: Place): readonly (readonly [string, string])[] => [
  ['git clone <this repository> skein && cd skein', `test -f '${root}/package.json'`],
  [
    'npm start',
    `npm --prefix '${root}' start -- --data '${first}' --listen 127.0.0.1:7535 --ssh-listen off`,
  ],
  ['localhost:7534/setup', 'localhost:7535/setup'],
]

/** In turn; those that use one space stand together, since it runs on from page to page. */
export const readers: readonly Reader[] = [
  {
    page: 'docs/cli.md',
    spaces: ['alpha'],
    files: {
      'notes.txt': 'a note\n',
      'src/main.c': 'int main() {}\n',
      'site/index.html': '<p>\n',
      'project/readme': 'read me\n',
      'node.yaml': NODE_TEMPLATE,
      'docker-compose.yml': COMPOSE,
    },
    inSpaces: `${PROJECT}; echo a note > notes.txt`,
    before: `echo "$SKEIN_TOKEN" > token.txt && export SKEIN_URL=https://skein.example.com
sed s/Node/Other/ node.yaml | skein template save - && skein template export Other |
  sed s/Other/Another/g > other.json && unset SKEIN_URL`,
  },
  {
    page: 'README.md',
    spaces: ['alpha'],
    files: { 'project/readme': 'read me\n' },
    inSpaces: PROJECT,
    own: starting,
  },
  {
    page: 'docs/ssh.md',
    spaces: ['site'],
    files: { 'notes/today.md': 'a note\n', 'project/src/main.c': 'int main() {}\n' },
    inSpaces: `${PROJECT}; git clone -q --bare project project.git
nohup setsid python3 -m http.server --directory project 8000 > /dev/null 2>&1 &`,
    before: 'mkdir mounted',
  },
  {
    page: 'docs/getting-started.md',
    spaces: ['site'],
    files: { 'project/readme': 'read me\n', 'project/Makefile': MAKEFILE },
    own: starting,
  },
  {
    page: 'docs/api.md',
    spaces: ['site'],
    isSignedIn: true,
    files: { 'site/index.html': '<p>\n' },
    inSpaces: 'mkdir -p www; echo a note > notes.txt',
    before: ID_OF_SITE,
    own: () => [['"password":"…"', `"password":"${TEST_PASSWORD}"`]],
  },
  {
    page: 'docs/apps.md',
    spaces: ['site'],
    isSignedIn: true,
    inSpaces: `echo read me > readme
nohup setsid python3 -m http.server --bind 127.0.0.1 8080 > /dev/null 2>&1 &`,
    before: ID_OF_SITE,
  },
  { page: 'docs/audit.md' },
  { page: 'docs/variables.md', isSignedIn: true, files: { 'token.txt': 'a-secret-token\n' } },
  {
    page: 'docs/backup.md',
    spaces: ['site'],
    own: ({ home }) => [
      ['/root/', `${home}/`],
      ['--data /var/lib/skein', '--data /var/lib/another'],
    ],
  },
  { page: 'docs/operating.md' },
]
