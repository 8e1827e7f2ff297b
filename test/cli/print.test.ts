// What a person sees: colours only where they can be seen, errors in two lines, help that fits a terminal.
import { describeEvent } from '../../src/cli/events'
import { printCommandHelp, printHelp } from '../../src/cli/help'
import { printError, wantsColour } from '../../src/cli/print'
import { commands } from '../../src/commands'
import type { Out } from '../../src/commands/command'
import {
  DatabaseUnreachableError,
  InvalidUrlError,
  MultipleHeadsError,
  SeveralProblemsError,
  WriteHookError,
} from '../../src/errors'
import type { Step } from '../../src/graph/revision'
import { errorData } from '../../src/runtime/events'

/** A sheet of paper: what was printed, without colours. */
function sheet(): Out & { readonly text: () => string } {
  const lines: string[] = []
  const plain = (text: string) => text
  const paint = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain }
  return { paint, line: (text = '') => void lines.push(text), text: () => lines.join('\n') }
}

const terminal = { isTTY: true } as NodeJS.WriteStream
const file = { isTTY: false } as NodeJS.WriteStream

test.each([
  [terminal, {}, true],
  [file, {}, false],
  [terminal, { NO_COLOR: '1' }, false],
  [terminal, { NO_COLOR: '' }, true],
  [terminal, { TERM: 'dumb' }, false],
  [file, { FORCE_COLOR: '1' }, true],
  [file, { FORCE_COLOR: '0' }, false],
  [terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
])('on %j with %j there are colours: %p', (stream, environment, colours) => {
  expect(wantsColour(stream, environment)).toBe(colours)
})

describe('an error', () => {
  const cause = new Error('deep')
  const unreachable = new DatabaseUnreachableError('ada@db:5432/shop', 'no such host', { cause })

  test.each([
    [
      'is a sentence and a hint',
      unreachable,
      false,
      `error The database ada@db:5432/shop cannot be reached: no such host.
hint  Start the server or mend the address in the data source; \`--url URL\` tries another one.`,
    ],
    [
      'is each of several with its own',
      new SeveralProblemsError([
        new InvalidUrlError('is not one', 'postgres://db/x'),
        new MultipleHeadsError(['a', 'b']),
      ]),
      false,
      `error The database URL is not one.
hint  Write it like \`postgres://db/x\`.
error The history has 2 heads: a, b.
hint  Merge them with \`autogen merge heads -m "merge"\`, or say which: \`heads\`, \`label@head\`.`,
    ],
  ])('%s', (_what, error, verbose, text) => {
    const out = sheet()
    printError(error, out, verbose)
    expect(out.text()).toBe(text)
  })

  test('of a hook stands below what the revision does', () => {
    const out = sheet()
    printError(new WriteHookError('lint', 'a.ts', 'ended with code 1.', undefined, ['+ column user.email']), out, false)
    expect(out.text()).toMatch(/^ {2}\+ column user\.email\nerror a\.ts is written and stays, but the hook `lint`/)
  })

  test('shows what caused it when asked for more, and one that is not ours always shows its stack', () => {
    const out = sheet()
    printError(unreachable, out, true)
    expect(out.text()).toMatch(/\nError: deep\n {4}at /)
    const other = sheet()
    printError(cause, other, false)
    expect(other.text()).toMatch(/^unexpected error Error: deep\n {4}at /)
  })

  test('is facts as JSON', () => {
    expect(JSON.parse(JSON.stringify(errorData(new MultipleHeadsError(['a', 'b']))))).toEqual({
      code: 'multiple-heads',
      exitCode: 4,
      name: 'MultipleHeadsError',
      message: 'The history has 2 heads: a, b.',
      hint: expect.any(String),
      heads: ['a', 'b'],
      described: ['a', 'b'].map((id) => ({ id, message: '' })),
    })
    expect(errorData(cause)).toEqual({ code: 'unexpected', exitCode: 1, message: 'deep' })
  })
})

describe('help', () => {
  test('lists every command in one line of a small terminal', () => {
    const out = sheet()
    printHelp(out, 80)
    const lines = out.text().split('\n')
    for (const { name, describe } of commands) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^  ${name} +${describe.slice(0, 20)}`)))
      expect(lines.filter((line) => line.startsWith(`  ${name} `)).join()).toMatch(
        new RegExp(`${describe.slice(-10)}$`),
      )
    }
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test.each(commands.map((command) => [command.name, command] as const))(
    'of %s ends with examples',
    (name, command) => {
      const out = sheet()
      printCommandHelp(command, out, 80)
      const [usage, examples = ''] = out.text().split('\nExamples\n')
      expect(usage).toMatch(new RegExp(`\\nUsage\\n  autogen ${name}( [<[]\\w+(\\.\\.)?[>\\]])* \\[options\\]\\n`))
      expect(examples).toMatch(new RegExp(`^  autogen ${name}\\b`))
      expect(usage!.split('\n').filter((line) => line.length > 80)).toEqual([])
      // Whoever reads an option should not need another sentence.
      for (const flag of Object.keys(command.flags)) expect(usage).toMatch(new RegExp(`--${flag}( \\S+)?  +\\w`))
    },
  )

  test('of one command', () => {
    const out = sheet()
    printCommandHelp(
      commands.find(({ name }) => name === 'downgrade')!,
      out,
      72,
    )
    expect(out.text()).toMatchInlineSnapshot(`
     "Take back the revisions above a target.

     Usage
       autogen downgrade <target> [options]

     Arguments
       target  -1, an id, base, label@base ...

     Options
           --sql                         print the SQL for somebody else to
                                         run; nothing is connected to
           --dry-run                     run everything in a transaction that
                                         is taken back; -v prints the
                                         statements
           --single-transaction          all revisions in one transaction:
                                         kept together, or taken back
                                         together
           --yes-on DATABASE             confirms the database, where your
                                         settings protect it
           --lock-timeout SECONDS        how long to wait while another
                                         process migrates (60)
           --table-lock-timeout SECONDS  how long a statement waits for a
                                         table that others use, on PostgreSQL
                                         (5)
           --lock-retries COUNT          how often a revision is run again
                                         that others were in the way of (8)
           --statement-timeout SECONDS   how long a statement may run, on
                                         PostgreSQL (no limit)
           --no-backup                   do not copy a SQLite file before it
                                         is changed

     Common options
       -c, --config FILE       settings file, instead of the one found upward
                               from here
       -n, --name NAME         project in the settings, where they hold
                               several
       -d, --datasource FILE   file that exports your DataSource
           --url URL           another address for the data source (or
                               AUTOGEN_URL)
       -x KEY=VALUE            for your migrations, as \`op.x\`, and your data
                               source; may be given several times
           --tag TEXT          the same as -x tag=TEXT
           --require MODULE    module to load before your files; may be given
                               several times
           --format text|json  how the result is printed (text)
           --log text|json     how what happens is told: json is one object
                               per event, on the error stream (text)
       -v, --verbose           more detail
       -q, --quiet             nothing but errors
       -h, --help              this help
           --version           the version of autogen

     Examples
       autogen downgrade -1             takes the newest revision back
       autogen downgrade base           takes all of them back
       autogen downgrade blue@base      takes one branch back, and keeps what
                                        another stands on
       autogen downgrade --sql head:-1  prints what takes the newest back"
    `)
  })
})

describe('a line of a run', () => {
  const step = (message: string) => ({ direction: 'up', revision: { id: 'a1', message } }) as unknown as Step
  const told = (message: string) => {
    const out = sheet()
    const place = { position: 1, total: 1, attempt: 1 }
    describeEvent({ type: 'migration', state: 'done', step: step(message), durationMs: 7, ...place }, out, false)
    return out.text()
  }

  test.each([
    ['add email', 'upgrade   a1  add email  7 ms'],
    ['add email\nand fill it in', 'upgrade   a1  add email  7 ms'],
    ['', 'upgrade   a1  7 ms'],
  ])('has the first line of the message %j, where there is one', (message, line) => {
    expect(told(message)).toBe(line)
  })

  test.each([
    [1, '          user: 1 batch'],
    [2, '          user: 2 batches'],
  ])('counts %s batches', (batches, line) => {
    const out = sheet()
    describeEvent({ type: 'batch', revision: 'a1', table: 'user', batches }, out, true)
    expect(out.text()).toBe(line)
  })
})
