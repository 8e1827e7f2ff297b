// What the commands print of their results: short lines, the same words everywhere.
import { checkCommand } from '../../src/commands/check'
import { currentCommand, type CurrentResult } from '../../src/commands/current'
import { headsCommand } from '../../src/commands/heads'
import { historyCommand } from '../../src/commands/history'
import type { AnyCommand } from '../../src/commands/command'
import type { Listed } from '../../src/commands/listing'
import { stampCommand } from '../../src/commands/stamp'
import { upgradeCommand } from '../../src/commands/upgrade'

/** What a command prints of a result, without colours. */
function printed(command: AnyCommand, result: object, options: object = {}): string {
  const lines: string[] = []
  const plain = (text: string) => text
  const paint = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain }
  command.print(result, { paint, line: (text = '') => void lines.push(text) }, options)
  return lines.join('\n')
}

function revision(id: string, parents: readonly string[], more: Partial<Listed> = {}): Listed {
  return {
    revision: id,
    parents,
    dependsOn: [],
    labels: [],
    message: `make ${id}`,
    createdAt: '2026-11-20T12:00:00.000Z',
    path: `/app/migrations/${id}.ts`,
    head: false,
    effectiveHead: false,
    branchPoint: false,
    mergePoint: false,
    ...more,
  }
}

const root = revision('root', [], { branchPoint: true, current: true })
const left = revision('left', ['root'], { head: true, message: 'first line\nsecond line' })
const right = revision('right', ['root'], { head: true, labels: ['blue'], dependsOn: ['left'] })
const lines = [
  { graph: '*', revision: 'right' },
  { graph: '│ *', revision: 'left' },
  { graph: '├─┘' },
  { graph: '*', revision: 'root' },
]

test('history', () => {
  expect(printed(historyCommand, { revisions: [right, left, root], lines, unknown: [] })).toMatchInlineSnapshot(`
   "* right (blue) (head) make right
   │ * left (head) first line
   ├─┘
   * root (current) (branchpoint) make root"
  `)
  expect(printed(historyCommand, { revisions: [], lines: [], unknown: [] })).toBe('There are no revisions yet.')
})

test('history -v', () => {
  expect(printed(historyCommand, { revisions: [right, left, root], lines, unknown: [] }, { verbose: true }))
    .toMatchInlineSnapshot(`
   "* right (blue) (head)
   │   parents   root
   │   depends   left
   │   created   2026-11-20T12:00:00.000Z
   │   file      /app/migrations/right.ts
   │   message   make right
   │ * left (head)
   │ │   parents   root
   │ │   created   2026-11-20T12:00:00.000Z
   │ │   file      /app/migrations/left.ts
   │ │   message   first line
   │ │             second line
   ├─┘
   * root (current) (branchpoint)
   │   parents   base
   │   created   2026-11-20T12:00:00.000Z
   │   file      /app/migrations/root.ts
   │   message   make root"
  `)
})

test.each([{}, { verbose: true }])('no line of a list ends in blanks, whatever a message holds: %j', (options) => {
  const silent = revision('silent', [], { message: '' })
  const blank = revision('blank', ['silent'], { message: 'one \n\n  two\t\n' })
  const drawn = [
    { graph: '*', revision: 'blank' },
    { graph: '*', revision: 'silent' },
  ]
  const texts = [
    printed(historyCommand, { revisions: [blank, silent], lines: drawn, unknown: [] }, options),
    printed(headsCommand, { heads: [silent, blank] }, options),
    printed(
      currentCommand,
      { heads: ['blank'], revisions: [blank, silent], unknown: [], skipped: [], attempts: [] },
      options,
    ),
  ]
  expect(
    texts
      .join('\n')
      .split('\n')
      .filter((text) => text !== text.trimEnd()),
  ).toEqual([])
})

test('heads', () => {
  expect(printed(headsCommand, { heads: [left, right] })).toMatchInlineSnapshot(`
   "root -> left (head) first line
   root (left) -> right (blue) (head) make right
   Several heads: \`autogen merge heads -m "merge"\` brings them together."
  `)
  expect(printed(headsCommand, { heads: [] })).toBe('There are no revisions yet.')
})

describe('current', () => {
  const base: CurrentResult = {
    database: 'ada@db:5432/shop',
    heads: [],
    revisions: [],
    unknown: [],
    state: 'known',
    skipped: [],
    atHead: false,
    attempts: [
      {
        revision: 'left',
        direction: 'up',
        startedAt: '2026-11-20T12:00:00.000Z',
        state: 'failed',
        error: 'no such column',
        again: 'autogen upgrade left',
      },
    ],
  }

  test.each<[string, Partial<CurrentResult>, object, string]>([
    ['at base', {}, {}, 'base'],
    ['at base, asked for the head', {}, { checkHeads: true }, 'base\nnot at head  run `autogen upgrade head`'],
    ['at a revision', { heads: ['root'], revisions: [root] }, {}, 'base -> root (current) (branchpoint) make root'],
    ['ahead', { heads: ['x'], unknown: ['x'], state: 'ahead' }, {}, 'x (newer than the revisions at hand)'],
    ['diverged', { heads: ['x'], unknown: ['x'], state: 'diverged' }, {}, 'x (not among the revisions at hand)'],
    [
      'with a gap',
      { heads: ['root'], revisions: [root], skipped: ['gone'] },
      {},
      `base -> root (current) (branchpoint) make root\nskipped gone: it lies below the database's revision and never ran
Run what is missing with \`autogen upgrade --skipped\`, or accept it as done with \`autogen stamp --purge root\`.`,
    ],
    [
      'after a failure, in detail',
      {},
      { verbose: true },
      'database  ada@db:5432/shop\nbase\nfailed  upgrade of left at 2026-11-20T12:00:00.000Z: no such column\n        once what it says is mended, run `autogen upgrade left`',
    ],
    [
      'after several failures, of which the last is told in full',
      { attempts: [{ ...base.attempts[0]!, error: 'no such table' }, ...base.attempts] },
      { verbose: true },
      `database  ada@db:5432/shop
base
failed  upgrade of left at 2026-11-20T12:00:00.000Z
failed  upgrade of left at 2026-11-20T12:00:00.000Z: no such column
        once what it says is mended, run \`autogen upgrade left\``,
    ],
    [
      'after a run that was cut off half way, in detail',
      {
        attempts: [
          {
            revision: 'left',
            direction: 'down',
            startedAt: '2026-11-20T12:00:00.000Z',
            state: 'cut-off',
            halfDone: true,
            again: 'autogen downgrade root',
          },
        ],
      },
      { verbose: true },
      `database  ada@db:5432/shop
base
cut-off  downgrade of left at 2026-11-20T12:00:00.000Z: its process ended before it did
        to go on from there, run \`autogen downgrade root\`
        a part of it stays until then; if you have taken that back by hand, run \`autogen repair left --undone --reason "..."\``,
    ],
    [
      'while somebody migrates, in detail',
      {
        running: 'ada in shop on web-1, pid 12, migrating since 2026-11-20 12:00:00 UTC',
        attempts: [
          {
            revision: 'left',
            direction: 'up',
            startedAt: '2026-11-20T12:00:00.000Z',
            state: 'running',
            halfDone: true,
            again: 'autogen upgrade left',
          },
        ],
      },
      { verbose: true },
      `database  ada@db:5432/shop
base
running ada in shop on web-1, pid 12, migrating since 2026-11-20 12:00:00 UTC
running upgrade of left since 2026-11-20T12:00:00.000Z`,
    ],
    [
      'where the database cannot tell, in detail',
      { attempts: [{ ...base.attempts[0]!, state: 'open' }] },
      { verbose: true },
      `database  ada@db:5432/shop
base
open  upgrade of left at 2026-11-20T12:00:00.000Z: it has not ended; it runs, or its process did end
        to go on from there, or to wait for it, run \`autogen upgrade left\``,
    ],
  ])('%s', (_what, more, options, text) => {
    expect(printed(currentCommand, { ...base, ...more }, options)).toBe(text)
  })
})

test('upgrade', () => {
  const result = { from: [], to: ['left', 'right'], steps: [{}], state: 'known' }
  expect(printed(upgradeCommand, result)).toBe('The database is at left, right.')
  expect(printed(upgradeCommand, { ...result, steps: [] })).toBe('Nothing to do: the database is at left, right.')
  expect(printed(upgradeCommand, { ...result, steps: [], state: 'ahead' })).toMatch(/is ahead of these revisions/)
  expect(printed(upgradeCommand, { ...result, sql: 'BEGIN;\nCOMMIT;\n' })).toBe('BEGIN;\nCOMMIT;')
})

test('a dry run tells once what holds for several parts of a revision', () => {
  const note = { revision: 'left', note: 'runs on its own' }
  const dryRun = { complete: true, notes: [note, note, { ...note, revision: 'right' }] }
  expect(printed(upgradeCommand, { from: [], to: ['right'], steps: [{}], state: 'known', dryRun })).toBe(
    `note      left: runs on its own
note      right: runs on its own
Dry run: the database would be at right, and nothing was changed.`,
  )
})

test('stamp', () => {
  const result = { from: [], to: [], steps: [] }
  expect(printed(stampCommand, result)).toBe('The database now counts as being at base; nothing was run.')
})

test('check', () => {
  const nothing = {
    problems: [],
    operations: [],
    unmanaged: [],
    hidden: [],
    candidates: [],
    uncertain: [],
    rewritten: [],
  }
  expect(printed(checkCommand, nothing)).toBe('ok  The entities and the database agree.')
  const problem = { code: 'drift', exitCode: 3, message: 'They differ in 1 place.', hint: 'Run `autogen revision`.' }
  expect(
    printed(checkCommand, {
      ...nothing,
      problems: [problem],
      operations: [{ text: '+ column user.email varchar(255)', destructive: false }],
      uncertain: [{ subject: 'check "old"', live: 'age > 17', wanted: 'age >= 18', reason: 'read only' }],
      unmanaged: ['table theirs (1 column)'],
      hidden: ['~ index user: IDX_a → IDX_b'],
    }),
  ).toMatchInlineSnapshot(`
   "problem  They differ in 1 place.
   hint     Run \`autogen revision\`.
     + column user.email varchar(255)
   uncertain check "old": age > 17 or age >= 18? (read only)
   Left alone, as no entity declares it and no revision created it (1):
     table theirs (1 column)
   Different in name alone (1); \`--names\` shows them."
  `)
})
