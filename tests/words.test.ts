// Every word of the page stands in its catalogue, web/src/words: here the rest of the page is read, as the compiler reads
// it, for words of its own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAst } from 'rolldown/parseAst'
import { sources } from './support/sources.ts'

/** A node of the tree, as far as it is looked at here. */
interface Node {
  readonly type: string
  readonly start: number
  readonly [name: string]: unknown
}

/** What is read out or shown, of elements and of the parts that the page is made of. */
const SPOKEN =
  /^(aria-(label|description|valuetext|roledescription|placeholder)|title|placeholder|alt|label|text|lead|hint|help|summary|heading|detail|message|tip|confirm|empty)$/
/** Functions that show what they are given. */
const TELLS = /^(toast\w*|alert|confirm|prompt)$/
/** Two words or more that begin as a sentence does, wherever they stand. */
const SENTENCE = /^[A-Z][a-z]+,? [a-z]/
const LETTER = /\p{L}{2}/u
/** Names and units that no language changes. */
const NAMES = /^\W*(Skein|Esc|Ctrl|Tab|ssh|px|MB|GB)\W*$/
/** What is typed into a shell, and what a shell answers. */
const SHELL: Readonly<Record<string, readonly string[]>> = {
  'web/src/cluster/join-peer.tsx': ['skein server --join'],
  'web/src/account/terminal-look.tsx': [
    '$ git status -sb',
    'web/src/main.tsx',
    'notes.md',
    'ada@quiet-heron',
    '~/skein',
    '## main',
  ],
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value

function childrenOf(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode)
}

/** The texts that an expression can come to; what it compares and calls on the way is not among them. */
function textsOf(value: unknown): string[] {
  if (!isNode(value)) return []
  switch (value.type) {
    case 'Literal':
      return typeof value.value === 'string' ? [value.value] : []
    case 'TemplateLiteral':
      return [
        ...(value.quasis as { value: { cooked: string } }[]).map((part) => part.value.cooked),
        ...(value.expressions as Node[]).flatMap(textsOf),
      ]
    case 'ConditionalExpression':
      return [...textsOf(value.consequent), ...textsOf(value.alternate)]
    case 'LogicalExpression':
      return [...(value.operator === '&&' ? [] : textsOf(value.left)), ...textsOf(value.right)]
    case 'BinaryExpression':
      return value.operator === '+' ? [...textsOf(value.left), ...textsOf(value.right)] : []
    case 'JSXText':
      return [String(value.value)]
    case 'JSXExpressionContainer':
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
      return textsOf(value.expression)
    default:
      return []
  }
}

/** What a node itself shows to somebody, in so many words. */
function spokenBy(node: Node): string[] {
  switch (node.type) {
    case 'JSXAttribute':
      return SPOKEN.test(nameOf(node.name)) ? textsOf(node.value) : []
    case 'JSXElement':
    case 'JSXFragment':
      return (node.children as Node[]).flatMap(textsOf)
    case 'CallExpression':
      return TELLS.test(nameOf(node.callee)) ? (node.arguments as Node[]).flatMap(textsOf) : []
    case 'Property':
      return SPOKEN.test(nameOf(node.key)) ? textsOf(node.value) : []
    case 'AssignmentExpression':
      return /^(title|textContent|innerText|placeholder)$/.test(nameOf(node.left))
        ? textsOf(node.right)
        : []
    case 'Literal':
    case 'TemplateLiteral':
      return textsOf(node).filter((text) => SENTENCE.test(text))
    default:
      return []
  }
}

function nameOf(node: unknown): string {
  if (!isNode(node)) return ''
  if (node.type === 'MemberExpression') return nameOf(node.property)
  return typeof node.name === 'string' ? node.name : String(node.value ?? '')
}

function wordsOutside(node: Node, spoken = new Set<string>()): Set<string> {
  for (const text of spokenBy(node)) {
    if (LETTER.test(text) && !NAMES.test(text)) spoken.add(text.trim())
  }
  for (const child of childrenOf(node)) wordsOutside(child, spoken)
  return spoken
}

const read = (text: string, lang: 'ts' | 'tsx' = 'tsx') => [
  ...wordsOutside(parseAst(text, { lang }) as unknown as Node),
]
const langOf = (path: string) => (path.endsWith('.tsx') ? 'tsx' : 'ts')

test('words in the page’s code are found wherever they are shown', () => {
  const shown = [
    '<p>Save it</p>',
    '<p>{busy ? "Saving" : words.save}</p>',
    '<button aria-label="Close" />',
    '<a title={open ? `Close it` : undefined} />',
    '<input placeholder={"Name" + more} />',
    'toastError("gone")',
    'const entry = { text: "Sign out" }',
    'document.title = "Spaces"',
    'const reason = "The file is too large"',
  ]
  for (const text of shown) assert.equal(read(text).length, 1, text)
  const silent = [
    '<p className="grow text-sm">{words.save}</p>',
    '<a title={state === "open" ? words.open : undefined}>·</a>',
    '<Keys keys="mod+k" />',
    'request("GET", "/spaces")',
  ]
  for (const text of silent) assert.deepEqual(read(text), [], text)
})

test('the page has no word outside its catalogue', () => {
  const code = sources(/^web\/src\/.*\.tsx?$/).filter(
    ({ path, isTest }) => !isTest && !/^web\/src\/words[./]/.test(path),
  )
  assert.ok(code.length > 100, 'the page was found')
  const findings = code.flatMap(({ path, text }) =>
    read(text, langOf(path))
      .filter((word) => !SHELL[path]?.includes(word))
      .map((word) => `${path}: ${word}`),
  )
  assert.deepEqual(findings, [])
})
