// A command at a terminal, with somebody who types: script(1) of util-linux makes the terminal.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Whether this machine can make a terminal for a test; every Linux can. */
export const hasTerminal = process.platform === 'linux' && existsSync('/usr/bin/script')

/** Seen is what stood on the screen in the end, and what the command ended with. */
export interface Seen {
  readonly code: number
  readonly screen: string
}

/** Runs autogen in a folder and types each answer once what comes before it stands on the screen. */
export function atTerminal(
  cwd: string,
  words: readonly string[],
  answers: readonly (readonly [after: string, keys: string])[],
): Promise<Seen> {
  const bin = join(__dirname, '../../bin/autogen.js')
  const line = [process.execPath, bin, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  return new Promise((resolve, reject) => {
    const { CI: _ci, NODE_OPTIONS: _options, AUTOGEN_URL: _url, ...inherited } = process.env
    // A terminal that nobody looks at has no size, and a question no room in it.
    const child = spawn('/usr/bin/script', ['-qec', `stty cols 120 rows 40; exec ${line}`, '/dev/null'], {
      cwd,
      env: { ...inherited, NO_COLOR: '1', TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const left = [...answers]
    let screen = ''
    let seen = 0
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text
      for (let next = left[0]; next !== undefined && screen.includes(next[0], seen); next = left[0]) {
        seen = screen.length
        child.stdin.write(next[1])
        left.shift()
      }
    })
    const late = setTimeout(() => child.kill('SIGKILL'), 60_000)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(late)
      resolve({ code: code ?? -1, screen: withoutEscapes(screen) })
    })
  })
}

function withoutEscapes(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '')
}
