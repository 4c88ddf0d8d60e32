// Who reads each page: what they have before its first command, and what stands for their own names.

export interface Reader {
  readonly page: string
  /** Spaces that run, of the template *Debian shell*. */
  readonly spaces?: readonly string[]
  /** Whether `skein` knows the server already. */
  readonly isSignedIn?: true
  /** In the checkout, and not in their home folder. */
  readonly isInCheckout?: true
  /** By their paths in the home folder. */
  readonly files?: Readonly<Record<string, string>>
  /** What they did in each of these. */
  readonly inSpaces?: string
  /** What they did before they came to this page. */
  readonly before?: string
  /** What a page leaves to its reader, and what this one puts there. */
  readonly own?: readonly (readonly [string, string])[]
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

/** A project with a repository of its own and another beside it. */
const PROJECT = `printf '${MAKEFILE.replaceAll('\t', '\\t').replaceAll('\n', '\\n')}' > Makefile
mkdir -p project/logs && git init -q --bare origin.git && git -C project init -q -b main
git -C project config user.email ada@example.com && git -C project config user.name Ada
echo hello > project/readme && git -C project add . && git -C project commit -qm 'Begin'
git -C project remote add origin ~/origin.git && git -C project push -q -u origin main`

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
    page: 'docs/ssh.md',
    spaces: ['site'],
    files: { 'notes/today.md': 'a note\n', 'project/src/main.c': 'int main() {}\n' },
    inSpaces: `${PROJECT}; git clone -q --bare project project.git
nohup setsid python3 -m http.server --directory project 8000 > /dev/null 2>&1 &`,
    before: 'mkdir mounted',
  },
]
