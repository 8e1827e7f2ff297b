// How much longer a rebuild of a large table takes than the bare copy with its indexes: `npm run bench [rows] [rounds]`.
// Both start from copies of one file, in turns; the ratio of the medians is to stay below 1.5, and the exit code says whether it did.
'use strict'

const { copyFileSync, mkdtempSync, mkdirSync, rmSync, statSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const Database = require('better-sqlite3')
const { DataSource } = require('typeorm')
const { upgrade } = require('../dist')

const rows = Number(process.argv[2] ?? 1_000_000)
const rounds = Number(process.argv[3] ?? 3)
const limit = 1.5

const columns = '"id", "teamId", "name", "email", "note", "at"'
const table = (
  name,
  note,
) => `CREATE TABLE "${name}" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "teamId" integer NOT NULL,
  "name" varchar(50) NOT NULL, "email" varchar NOT NULL, "note" text ${note}, "at" datetime NOT NULL DEFAULT (datetime('now')),
  CONSTRAINT "FK_team" FOREIGN KEY ("teamId") REFERENCES "team" ("id") ON DELETE CASCADE)`
const indexes = (name) => [
  `CREATE UNIQUE INDEX "${name}_email" ON "${name}" ("email")`,
  `CREATE INDEX "${name}_name" ON "${name}" ("name", "at")`,
  `CREATE INDEX "${name}_team" ON "${name}" ("teamId")`,
]
const numbers = (count) => `WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${count})`

/** A table with parents, children and three indexes. */
function make(file) {
  const database = new Database(file)
  database.exec(`CREATE TABLE "team" ("id" integer PRIMARY KEY, "name" text);
    ${table('user', '')};
    CREATE TABLE "post" ("id" integer PRIMARY KEY, "userId" integer NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE);
    INSERT INTO "team" ${numbers(1000)} SELECT i, 'team ' || i FROM c;
    INSERT INTO "user" (${columns}) ${numbers(rows)}
      SELECT i, 1 + i % 1000, 'name ' || (i * 7919 % 1000003), 'user' || i || '@example.com', 'a note as long as notes are ' || i, '2020-01-01' FROM c;
    INSERT INTO "post" ${numbers(rows / 10)} SELECT i, 1 + i * 13 % ${rows} FROM c;
    ${indexes('user').join(';')};`)
  database.close()
}

/** What nobody can do without: the new table, the rows, the indexes, in one transaction. */
function bare(file) {
  const database = new Database(file)
  const started = performance.now()
  for (const sql of [
    'BEGIN',
    table('copy', 'NOT NULL'),
    `INSERT INTO "copy" (${columns}) SELECT ${columns} FROM "user"`,
    ...indexes('copy'),
    'COMMIT',
  ])
    database.exec(sql)
  const ms = performance.now() - started
  database.close()
  return ms
}

/** The same change as a migration, from the lock to the log row. */
async function rebuild(file, cwd) {
  const dataSource = new DataSource({ type: 'better-sqlite3', database: file })
  const { steps } = await upgrade({ cwd, dataSource, migrations: join(cwd, 'migrations'), backup: false })
  return steps[0].durationMs
}

function median(list) {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'autogen-bench-'))
  try {
    mkdirSync(join(folder, 'migrations'))
    writeFileSync(
      join(folder, 'migrations/a1_note.js'),
      `exports.revision = 'a1'\nexports.downRevision = null\nexports.upgrade = (op) => op.alterColumn('user', 'note', { nullable: false })\nexports.downgrade = (op) => op.alterColumn('user', 'note', { nullable: true })\n`,
    )
    const [template, file] = ['template.sqlite', 'live.sqlite'].map((name) => join(folder, name))
    make(template)
    console.log(`${rows} rows, ${Math.round(statSync(template).size / 1e6)} MB`)
    const times = { bare: [], rebuild: [] }
    for (let round = 1; round <= rounds; round++) {
      for (const [name, run] of Object.entries({ bare, rebuild })) {
        copyFileSync(template, file)
        times[name].push(await run(file, folder))
        console.log(`round ${round}  ${name.padEnd(8)} ${Math.round(times[name].at(-1))} ms`)
      }
    }
    const ratio = median(times.rebuild) / median(times.bare)
    console.log(`ratio of the medians ${ratio.toFixed(2)}, at most ${limit}`)
    process.exitCode = ratio <= limit ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

void main()
