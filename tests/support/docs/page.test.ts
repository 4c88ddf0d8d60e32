// Pages as the test of their commands reads them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blocksOf, codeSpans, shownCommands } from './page.ts'

const PAGE = `# Page

Words with \`skein ssh alpha\` in them.

\`\`\`sh
make   # a comment
for i in a b; do
  echo "$i"
done
\`\`\`

<!-- not run: it takes a day. Run by tests/tidy.test.ts -->

\`\`\`sh
sleep 1d
\`\`\`

<!-- file: ~/.ssh/config -->
\`\`\`
Host a
\`\`\`

\`\`\`console
$ skein whoami
ada
$ cat <<END
> x
> END
x
\`\`\`
`

test('a page has its blocks, each with its line and the remark before it', () => {
  const blocks = blocksOf(PAGE)
  assert.deepEqual(
    blocks.map(({ language, line, remark }) => [language, line, remark]),
    [
      ['sh', 6, undefined],
      ['sh', 15, { kind: 'not run', reason: 'it takes a day', runBy: 'tests/tidy.test.ts' }],
      ['', 20, { kind: 'file', path: '~/.ssh/config' }],
      ['console', 24, undefined],
    ],
  )
})

test('commands have their lines, and what is shown below them', () => {
  const [plain, , , session] = blocksOf(PAGE).map(shownCommands)
  assert.deepEqual(plain, [
    { line: 6, text: 'make', output: undefined },
    { line: 7, text: 'for i in a b; do\n  echo "$i"\ndone', output: undefined },
  ])
  assert.deepEqual(session, [
    { line: 24, text: 'skein whoami', output: ['ada'] },
    { line: 26, text: 'cat <<END\nx\nEND', output: ['x'] },
  ])
})

test('code in a sentence is found with its line, and not that of blocks', () => {
  assert.deepEqual(codeSpans(PAGE), [{ line: 3, text: 'skein ssh alpha' }])
})

test('a remark that does not say by what a block is run, and a block without an end, are refused', () => {
  assert.throws(() => blocksOf('<!-- not run: I do not like it -->\n'), /line 1: “not run/)
  assert.throws(() => blocksOf('text\n```sh\nmake\n'), /line 2: the block has no end/)
  const nowhere = blocksOf('<!-- not run: no such program here. Run nowhere -->\n```sh\nx\n```\n')
  assert.deepEqual(nowhere[0]?.remark, {
    kind: 'not run',
    reason: 'no such program here',
    runBy: undefined,
  })
})
