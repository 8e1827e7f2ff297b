// The line at the foot of a terminal: written over, cleared before anything else is printed, and nowhere else.
import { outOf } from '../../src/cli/print'
import { follow, statusLine } from '../../src/cli/status'
import type { CommandEvent } from '../../src/environment'
import { project } from '../support/cli'
import { freshSqlite } from '../support/databases'
import { atTerminal, hasTerminal } from '../support/terminal'

jest.setTimeout(60_000)

/** A terminal of so many columns, and what is seen on it in the end, with what was written over. */
function terminal(columns = 60) {
  let written = ''
  const stream = {
    isTTY: true,
    columns,
    write: (text: string) => void (written += text),
  } as unknown as NodeJS.WriteStream
  /** The lines a person would see. */
  const screen = () => {
    let lines = ['']
    // eslint-disable-next-line no-control-regex
    for (const piece of written.split(/(\r\u001b\[2K|\r|\n)/)) {
      if (piece === '\n') lines.push('')
      else if (piece === '\r\u001b[2K') lines = [...lines.slice(0, -1), '']
      else if (piece !== '\r') lines = [...lines.slice(0, -1), `${lines.at(-1)}${piece}`]
    }
    return lines
  }
  return { stream, screen }
}

const step = {
  direction: 'up',
  revision: { id: 'a1', down: [], labels: [], dependsOn: [], message: 'add email' },
} as const
const started: CommandEvent = { type: 'migration', state: 'started', step, position: 2, total: 5 }
const done: CommandEvent = { ...started, state: 'done', durationMs: 12 }
const copy = (rows: number): CommandEvent => ({ type: 'copy', revision: 'a1', table: 'user', rows, total: 200 })

describe('at a terminal', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  test('a migration that takes its time has a line that is written over, and leaves none of it', async () => {
    const { stream, screen } = terminal()
    const status = statusLine(stream, {})!
    const { line } = await outOf(stream, { NO_COLOR: '1' }, status)
    const follower = follow(status)
    expect(follower.hears(started)).toBe(false)
    expect(screen()).toEqual([''])
    jest.advanceTimersByTime(3_000)
    expect(screen()).toEqual(['running   a1  add email  (2 of 5)  3 s'])
    expect([follower.hears(copy(50)), follower.hears(copy(150))]).toEqual([true, true])
    expect(screen()).toEqual(['running   a1  add email  (2 of 5)  3 s  copying user: 150 …'])
    line('warning   something else')
    jest.advanceTimersByTime(1_000)
    expect(screen()).toEqual([
      'warning   something else',
      'running   a1  add email  (2 of 5)  4 s  copying user: 150 …',
    ])
    expect(follower.hears(done)).toBe(false)
    line('upgrade   a1  add email  12 ms')
    jest.advanceTimersByTime(5_000)
    expect(screen()).toEqual(['warning   something else', 'upgrade   a1  add email  12 ms', ''])
  })

  test('a quick one leaves no trace, and what is heard between migrations has a line of its own', () => {
    const { stream, screen } = terminal()
    const follower = follow(statusLine(stream, {})!)
    follower.hears(started)
    jest.advanceTimersByTime(900)
    follower.hears(done)
    jest.advanceTimersByTime(5_000)
    expect(screen()).toEqual([''])
    expect(follower.hears(copy(1))).toBe(false)
  })
})

test.each([
  ['a pipe', { isTTY: false }, {}],
  ['a terminal that can only print', { isTTY: true }, { TERM: 'dumb' }],
])('%s has no such line', (_, stream, environment) => {
  expect(statusLine(stream as NodeJS.WriteStream, environment)).toBeUndefined()
})

const slow = `exports.revision = 'a1'
exports.downRevision = null
exports.message = 'wait a moment'
exports.upgrade = async (op) => {
  await op.query('SELECT 1')
  await new Promise((resolve) => setTimeout(resolve, 2500))
}
`

test('the command has it at a terminal, and plain lines in a pipe', async () => {
  const { options, drop } = freshSqlite('sqljs')
  const made = project({ 'ormconfig.json': JSON.stringify(options), 'migrations/a1.js': slow })
  try {
    if (hasTerminal) {
      const { code, screen } = await atTerminal(made.folder, ['upgrade', '--dry-run'], [])
      expect(code).toBe(0)
      expect(screen).toMatch(/running {3}a1 .*\(1 of 1\) {2}1 s.*running {3}a1 .*2 s/s)
    }
    const { code, output } = await made.autogen(['upgrade'])
    expect(code).toBe(0)
    expect(output).not.toMatch(/running|\r/)
  } finally {
    made.remove()
    await drop()
  }
})
