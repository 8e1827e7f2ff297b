// `npm run demo`: one entity change, from the entity to the database and back, with the real command on a real database.
// With `-- --postgres` the database is a PostgreSQL from the npm binaries instead of a SQLite file.
'use strict'

const { spawnSync } = require('node:child_process')
const { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { startPostgres } = require('../../test/support/postgres-server.js')

const root = join(__dirname, '../..')
const project = join(root, '.tmp/demo')
const entity = 'examples/demo/entities/user.ts'

async function main() {
  const server = process.argv.includes('--postgres') ? await startPostgres() : undefined
  try {
    const database = server === undefined ? {} : { DATABASE_URL: server.url }
    walk((...words) => autogen(words, { ...database, DATABASE_FILE: join(project, 'demo.sqlite') }))
  } finally {
    await server?.stop()
  }
}

/** The walk a reader can type after us. */
function walk(run) {
  prepare()
  say('An entity:')
  show(entity)
  run('revision', '-m', 'create user')
  run('upgrade', 'head')

  say('The entity gets an email:')
  edit(entity, /\n}\n$/, '\n\n  @Column({ length: 255, nullable: true })\n  email: string\n}\n')
  show(entity)
  run('revision', '-m', 'add email')

  say('The migration it wrote:')
  show(
    join(
      'migrations',
      readdirSync(join(project, 'migrations')).find((file) => file.endsWith('_add_email.ts')),
    ),
  )
  run('upgrade', 'head')
  run('check')
  run('downgrade', '-1')
  run('upgrade', 'head')
  run('history', '-i')
}

/** A fresh copy of the example below this repository, whose packages it uses. */
function prepare() {
  rmSync(project, { recursive: true, force: true })
  mkdirSync(join(project, 'migrations'), { recursive: true })
  cpSync(join(root, 'ormconfig.ts'), join(project, 'ormconfig.ts'))
  cpSync(join(root, 'examples/demo/entities'), join(project, 'examples/demo/entities'), { recursive: true })
}

function autogen(words, environment) {
  console.log(`$ npx autogen ${words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ')}`)
  const { status } = spawnSync(process.execPath, [join(root, 'bin/autogen.js'), ...words], {
    cwd: project,
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`autogen ${words[0]} ended with ${status}`)
  console.log()
}

function show(file) {
  console.log(`$ cat ${file}`)
  console.log(readFileSync(join(project, file), 'utf8').trimEnd())
  console.log()
}

function edit(file, pattern, text) {
  const path = join(project, file)
  writeFileSync(path, readFileSync(path, 'utf8').replace(pattern, text))
}

function say(text) {
  console.log(`# ${text}`)
}

main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
