import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Client } from 'pg'

type Server = { readonly url: string; readonly port: number; readonly directory: string; stop(): Promise<void> }
const file = join(__dirname, 'support/postgres-server.js')
const { startPostgres } = require(file) as { startPostgres(): Promise<Server> }

test('a server answers on loopback only, has its extensions, and leaves nothing when it stops', async () => {
  const server = await startPostgres()
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query('CREATE EXTENSION citext')
  const { rows } = await client.query("SELECT current_setting('listen_addresses') AS addresses")
  await client.end()
  await server.stop()
  expect(rows).toEqual([{ addresses: '127.0.0.1' }])
  expect(existsSync(server.directory)).toBe(false)
})

test('a server ends with the process that asked for it, even a killed one', async () => {
  const { owner, server } = await startElsewhere()
  expect(await answers(server)).toBe(true)
  owner.kill('SIGKILL')
  await until(() => !existsSync(server.directory))
  expect(await answers(server)).toBe(false)
})

test('what a killed keeper left behind is removed by the next start', async () => {
  const { owner, server } = await startElsewhere()
  process.kill(Number(readFileSync(join(server.directory, 'keeper.pid'), 'utf8')), 'SIGKILL')
  owner.kill('SIGKILL')
  expect(await answers(server)).toBe(true)

  const next = await startPostgres()
  await next.stop()
  await until(async () => !(await answers(server)))
  expect(existsSync(server.directory)).toBe(false)
})

async function startElsewhere(): Promise<{ owner: ChildProcess; server: Server }> {
  const script = `require(${JSON.stringify(file)}).startPostgres().then((server) => {
    console.log(JSON.stringify(server))
    setInterval(() => {}, 1000)
  })`
  const owner = spawn(process.execPath, ['-e', script], { stdio: 'pipe' })
  let errors = ''
  owner.stderr.on('data', (text) => (errors += text))
  const line = await new Promise<string>((resolve, reject) => {
    owner.stdout.setEncoding('utf8').once('data', resolve)
    owner.once('close', () => reject(new Error(errors)))
  })
  return { owner, server: JSON.parse(line) as Server }
}

function answers(server: Server): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy())
  })
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 100) throw new Error('It did not happen within ten seconds.')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
