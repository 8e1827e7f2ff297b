// Random databases as SQL, with everything a table may have that no model speaks of, and random changes of them.
import type { fc } from '../../support/laws'
import { emptySchema, type Column, type SchemaModel, type Table } from '../../../src/model/schema'
import { dropColumn } from '../../../src/operations/companions'
import { apply } from '../../../src/operations/apply'
import type { Operation } from '../../../src/operations/operation'

/** Choose gives an item of a list; fast-check knows which. */
export type Choose = <T>(list: readonly T[]) => T

/** Chooser turns fast-check's generator into choices. */
export function chooser(g: fc.GeneratorValue, nat: typeof fc.nat): Choose {
  return (list) => list[g(nat, { max: list.length - 1 })] as (typeof list)[number]
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const range = (count: number) => Array.from({ length: count }, (_, at) => at)

const tableNames = ['user', 'Order Items', `it's "so"`, 'select', 'ünï.códe']
const columnNames = ['name', 'E-mail', 'group', 'va"lue', 'Größe']

/** The statements that make a random database: tables, rows, indexes, views, triggers; children cascade. */
export function randomDatabase(choose: Choose): string[] {
  const maybe = (text: string, ...others: string[]) => choose(['', text, ...others])
  const statements = ['CREATE TABLE "log" ("what" text)']
  const parents: { name: string; key: string; type: string }[] = []
  for (const name of tableNames.slice(0, choose([1, 2, 3]))) {
    const table = quoted(name)
    const strict = choose([true, false])
    const key = choose(['number', 'AUTOINCREMENT', 'text', 'WITHOUT ROWID', 'none', 'DESC'] as const)
    const isText = key === 'text' || key === 'WITHOUT ROWID'
    const columns: string[] = []
    if (key !== 'none')
      columns.push(
        isText
          ? `"id" TEXT ${choose(['CONSTRAINT "PK" ', ''])}PRIMARY KEY ${maybe('COLLATE NOCASE ')}NOT NULL`
          : `"id" INTEGER PRIMARY KEY ${key === 'number' ? maybe('ASC ON CONFLICT ABORT') : key}`,
      )
    const names = columnNames.slice(0, choose([1, 2, 3, 4, 5]))
    const types = names.map((_, at) =>
      choose(strict ? (at === 0 ? ['TEXT'] : ['ANY', 'ANY', 'TEXT']) : ['varchar(20)', 'TEXT', '', 'numeric', 'blob']),
    )
    names.forEach((one, at) => {
      const column = quoted(one)
      columns.push(
        [
          `${column} ${types[at]}`,
          maybe('COLLATE NOCASE', 'COLLATE "RTRIM"'),
          maybe(
            `NOT NULL ON CONFLICT REPLACE DEFAULT 'none'`,
            `DEFAULT (1 + 1)`,
            `CONSTRAINT "lost" DEFAULT ${strict ? `'lost'` : `x'00ff'`}`,
          ),
          maybe(`CHECK (length(${column}) < 99)`, `CONSTRAINT "CHK ${at}" CHECK (${column} IS NOT 'never') /* so */`),
          maybe('-- said of it\n'),
        ].join(' '),
      )
    })
    if (choose([true, false]))
      columns.push(
        `"made" TEXT ${choose(['GENERATED ALWAYS AS', 'AS'])} (upper(${quoted(names[0]!)})) ${maybe('STORED', 'VIRTUAL')}`,
      )
    const parent = choose([
      ...parents,
      undefined,
      ...(isText || key === 'none' ? [] : [{ name, key: 'id', type: 'INTEGER' }]),
    ])
    if (parent !== undefined) {
      columns.push(
        `"parent" ${parent.type} REFERENCES ${quoted(parent.name)} ${maybe(`("${parent.key}")`)} ON DELETE ${choose(['CASCADE', 'SET NULL'])} ${maybe('DEFERRABLE INITIALLY DEFERRED', 'MATCH FULL ON UPDATE CASCADE')}`,
      )
    }
    const constraints = [
      maybe(
        `CONSTRAINT "UQ" UNIQUE (${quoted(names[0]!)} COLLATE BINARY, ${quoted(names.at(-1)!)}) ON CONFLICT IGNORE`,
      ),
      maybe(`CHECK (${quoted(names[0]!)} <> 'x' OR 1)`),
    ].filter((text) => text !== '')
    const options = [key === 'WITHOUT ROWID' && key, strict && 'STRICT'].filter(Boolean).join(', ')
    statements.push(`CREATE TABLE ${table} (${[...columns, ...constraints].join(',\n ')}) ${options}`)
    statements.push(...rowsOf(choose, name, names, { isText, keyed: key !== 'none', parent: parent?.name }))
    if (key === 'AUTOINCREMENT') statements.push(`DELETE FROM ${table} WHERE "id" > ${choose([0, 40, 90])}`)
    statements.push(...surroundings(choose, name, names))
    if (key !== 'none') parents.push({ name, key: 'id', type: isText ? 'TEXT' : 'INTEGER' })
  }
  if (choose([true, false])) statements.push('ANALYZE')
  return statements
}

interface Keyed {
  readonly isText: boolean
  readonly keyed: boolean
  readonly parent: string | undefined
}

function rowsOf(choose: Choose, table: string, columns: readonly string[], { isText, keyed, parent }: Keyed): string[] {
  const values = [`'it''s'`, `' Blank '`, `x'00ff41'`, `'${'x'.repeat(50)}'`, `''`, `'名'`, `'12'`]
  return range(choose([0, 1, 4])).map((n) => {
    const id = [-7, 3, 41, 97][n] ?? 0
    const key = isText ? `'k${id}'` : String(id)
    const into = [keyed ? '"id"' : 'rowid', ...columns.map(quoted)]
    const given = [key, ...columns.map((_, at) => (at === 0 ? `'row ${n}'` : choose(values)))]
    if (parent !== undefined) {
      into.push('"parent"')
      given.push(choose(['NULL', `(SELECT "id" FROM ${quoted(parent)} ORDER BY 1 LIMIT 1)`]))
    }
    return `INSERT INTO ${quoted(table)} (${into.join(', ')}) VALUES (${given.join(', ')})`
  })
}

function surroundings(choose: Choose, name: string, columns: readonly string[]): string[] {
  const table = quoted(name)
  const [first, last] = [quoted(columns[0]!), quoted(columns.at(-1)!)]
  const all = [
    `CREATE INDEX ${quoted(`i ${name}`)} ON ${table} (lower(${first}) DESC, ${last} COLLATE NOCASE) WHERE ${first} IS NOT NULL`,
    `CREATE UNIQUE INDEX ${quoted(`u ${name}`)} ON ${table} (${first} COLLATE RTRIM)`,
    `CREATE TRIGGER ${quoted(`own ${name}`)} AFTER UPDATE OF ${first} ON ${table} WHEN NEW.${first} <> ';' BEGIN INSERT INTO "log" VALUES ('a; ' || NEW.${first}); END`,
    `CREATE TRIGGER ${quoted(`gone ${name}`)} BEFORE DELETE ON ${table} BEGIN INSERT INTO "log" VALUES ('gone'); END`,
    `CREATE TRIGGER ${quoted(`logged ${name}`)} AFTER DELETE ON "log" BEGIN UPDATE ${table} SET ${last} = ${last} WHERE 0; END`,
    `CREATE VIEW ${quoted(`v ${name}`)} ("a", "b") AS SELECT ${first}, count(*) FROM ${table} GROUP BY 1 -- counted`,
    `CREATE VIEW ${quoted(`w ${name}`)} AS SELECT "t".${last} AS "z" FROM ${table} AS "t"`,
  ]
  const made = all.filter(() => choose([true, false]))
  const view = quoted(`w ${name}`)
  if (made.includes(all[6]!) && choose([true, false]))
    made.push(
      `CREATE TRIGGER ${quoted(`instead ${name}`)} INSTEAD OF INSERT ON ${view} BEGIN INSERT INTO "log" VALUES (NEW."z"); END`,
    )
  return made
}

/** Changes of one or two tables, each of which fits what the ones before it leave. */
export function randomChanges(choose: Choose, live: SchemaModel): Operation[] {
  const operations: Operation[] = []
  let schema: SchemaModel = { ...emptySchema, ...live }
  const tables = live.tables.filter(({ name }) => name !== 'log')
  let names = [choose(tables).name, choose(tables).name]
  for (let at = choose([1, 2, 3, 4]); at > 0; at--) {
    const name = choose(names)
    const table = schema.tables.find((one) => one.name === name)
    const change = [(table && randomChange(choose, table, at)) ?? []].flat()
    operations.push(...change)
    schema = apply(schema, change)
    for (const operation of change)
      if (operation.kind === 'renameTable') names = names.map((one) => (one === name ? operation.to.name : one))
  }
  return operations
}

function randomChange(choose: Choose, table: Table, at: number): Operation[] | Operation | undefined {
  const name = { name: table.name }
  const plain = table.columns.filter((column) => column.name !== 'id' && column.name !== 'parent' && !column.generated)
  if (plain.length === 0) return undefined
  const column = choose(plain)
  const added = (more: Partial<Column>): Operation => ({
    kind: 'addColumn',
    table: name,
    column: { name: `new ${at}`, type: table.options?.strict ? 'TEXT' : 'varchar', nullable: true, ...more },
  })
  const index = choose([...table.indexes, undefined])
  const unique = choose([...table.uniques, undefined])
  const check = choose([...table.checks, undefined])
  const foreignKey = choose([...table.foreignKeys, undefined])
  const altered = (more: Partial<Column>): Operation => ({
    kind: 'alterColumn',
    table: name,
    from: column,
    to: { ...column, ...more },
  })
  return choose<() => Operation[] | Operation | undefined>([
    () => added({}),
    () => added({ default: { sql: `lower('X')` } }),
    () => added({ nullable: false, default: 'x' }),
    () => added({ generated: { sql: quoted(column.name) } }),
    () => [
      ...table.checks
        .filter(({ expression }) => expression.sql.includes(quoted(column.name)))
        .map((one): Operation => ({ kind: 'dropCheck', table: name, check: one })),
      ...dropColumn(table, column.name),
    ],
    () => ({ kind: 'renameColumn', table: name, from: column.name, to: `was ${column.name}` }),
    () => ({ kind: 'renameTable', from: name, to: { name: `${table.name} anew` } }),
    () => altered({ nullable: !column.nullable }),
    () => altered({ default: `it's` }),
    () => altered({ collation: column.collation === 'NOCASE' ? 'RTRIM' : 'NOCASE' }),
    () => ({
      kind: 'createCheck',
      table: name,
      check: { name: `c ${at}`, expression: { sql: `${quoted(column.name)} IS NOT 5` } },
    }),
    () => ({ kind: 'createUnique', table: name, unique: { name: `q ${at}`, columns: [column.name] } }),
    () => ({
      kind: 'createIndex',
      table: name,
      index: { name: `x ${at} ${table.name}`, unique: false, columns: [{ column: column.name, order: 'DESC' }] },
    }),
    () => index && { kind: 'dropIndex', table: name, index },
    () => unique && { kind: 'dropUnique', table: name, unique },
    () => check && { kind: 'dropCheck', table: name, check },
    () => foreignKey && { kind: 'dropForeignKey', table: name, foreignKey },
  ])()
}
