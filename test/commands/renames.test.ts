// What was renamed is renamed, with its rows, its names and what points at it, and renamed back; TypeORM's own builder is content.
import { afterAll, describe, expect, test } from '@jest/globals'
import * as typeorm from 'typeorm'
import { AutogenError, type RenameQuestion, type RevisionOptions, type Settings } from '../../src'
import { databases } from '../support/databases'
import { entity, view } from '../support/entities/make'
import { story, type Entities, type Story } from '../support/story'

const { Check, Column, Index, JoinTable, ManyToMany, ManyToOne, OneToMany, PrimaryGeneratedColumn } = typeorm
const { Unique, ViewColumn } = typeorm

jest.setTimeout(120_000)

type Choices = RevisionOptions & Settings

/** Renaming is a change of entities that holds a rename. */
interface Renaming {
  readonly about: string
  readonly options?: object
  readonly before: Entities
  readonly rows: readonly string[]
  readonly after: Entities
  readonly choices: Choices
  readonly operations: readonly string[]
  /** Only some databases have the like. */
  readonly only?: 'postgres'
  /** Queries and their rows, after the upgrade and after the way back. */
  readonly afterwards: Readonly<Record<string, readonly object[]>>
  readonly back: Readonly<Record<string, readonly object[]>>
}

const id = () => PrimaryGeneratedColumn()
const text = (options: object = {}) => Column('varchar', { length: 50, ...options })

const user = (column: string) =>
  entity(
    'user',
    { id: id(), [column]: text(), age: Column('int', { default: 0 }) },
    Unique([column]) as ClassDecorator,
    Index([column, 'age']) as ClassDecorator,
    Check(`"${column}" <> ''`) as ClassDecorator,
  )

/** Two entities that know each other, by whatever names. */
function related(userName: string, key: string, owner: string): Entities {
  const one: Function = entity(userName, {
    [key]: id(),
    posts: OneToMany(
      () => many as new () => Record<string, object>,
      (post) => post[owner]!,
    ),
  })
  const many: Function = entity('post', {
    id: id(),
    [owner]: [
      ManyToOne(
        () => one as new () => Record<string, object>,
        (made) => made['posts']!,
      ),
    ],
    tags: [ManyToMany(() => one as new () => object), JoinTable()],
  })
  return [one, many]
}

const renamings: readonly Renaming[] = [
  {
    about: 'L3 a renamed column, and another, and one that is added and one that changes its type',
    before: [entity('user', { id: id(), name: text(), nick: text({ nullable: true }), born: text() })],
    rows: [`INSERT INTO "user" ("name", "nick", "born") VALUES ('Ada', 'a', '1815')`],
    after: [
      entity('user', {
        id: id(),
        fullName: text(),
        alias: text({ nullable: true, length: 90 }),
        born: Column('int'),
        email: text({ nullable: true }),
      }),
    ],
    choices: { rename: ['user.name:fullName', 'user.nick:alias'] },
    operations: [
      '~ column user.name → fullName',
      '~ column user.nick → alias',
      '+ column user.email varchar(50) null',
      '~ column user.alias varchar(50) → varchar(90)',
      '~ column user.born varchar(50) → integer',
    ],
    afterwards: {
      'SELECT "fullName", "alias", "born", "email" FROM "user"': [
        { fullName: 'Ada', alias: 'a', born: 1815, email: null },
      ],
    },
    back: { 'SELECT "name", "nick", "born" FROM "user"': [{ name: 'Ada', nick: 'a', born: '1815' }] },
  },
  {
    about: 'a renamed column carries its keys, its indexes and its checks',
    before: [user('name')],
    rows: [`INSERT INTO "user" ("name") VALUES ('Ada')`],
    after: [user('fullName')],
    choices: { renames: { 'user.name': 'fullName' } },
    operations: [
      '~ column user.name → fullName',
      '~ constraint user UQ_… → UQ_…',
      '~ constraint user CHK_… → CHK_…',
      '~ index user IDX_… → IDX_…',
    ],
    afterwards: { 'SELECT "fullName" FROM "user"': [{ fullName: 'Ada' }] },
    back: { 'SELECT "name" FROM "user"': [{ name: 'Ada' }] },
  },
  {
    about: 'a renamed table, its key, and what points at both',
    before: related('user', 'id', 'author'),
    rows: [
      `INSERT INTO "user" ("id") VALUES (7)`,
      `INSERT INTO "post" ("id", "authorId") VALUES (1, 7)`,
      `INSERT INTO "post_tags_user" ("postId", "userId") VALUES (1, 7)`,
    ],
    after: related('account', 'number', 'writer'),
    choices: {
      rename: [
        'user:account',
        'user.id:number',
        'post.authorId:writerNumber',
        'post_tags_user:post_tags_account',
        'post_tags_user.userId:accountNumber',
      ],
    },
    operations: [
      '~ table user → account',
      '~ table post_tags_user → post_tags_account',
      '~ column account.id → number',
      '~ column post.authorId → writerNumber',
      '~ column post_tags_account.userId → accountNumber',
      '~ constraint account PK_… → PK_…',
      '~ constraint post_tags_account PK_… → PK_…',
      '~ index post_tags_account IDX_… → IDX_…',
      '~ index post_tags_account IDX_… → IDX_…',
      '~ constraint post FK_… → FK_…',
      '~ constraint post_tags_account FK_… → FK_…',
      '~ constraint post_tags_account FK_… → FK_…',
    ],
    afterwards: {
      'SELECT "writerNumber" FROM "post"': [{ writerNumber: 7 }],
      'SELECT "accountNumber" FROM "post_tags_account"': [{ accountNumber: 7 }],
    },
    back: {
      'SELECT "authorId" FROM "post"': [{ authorId: 7 }],
      'SELECT "userId" FROM "post_tags_user"': [{ userId: 7 }],
    },
  },
  {
    about: 'a renamed column under a view',
    before: [
      entity('user', { id: id(), name: text() }),
      view('names', { name: ViewColumn() }, { expression: 'SELECT "name" FROM "user"' }),
    ],
    rows: [`INSERT INTO "user" ("name") VALUES ('Ada')`],
    after: [
      entity('user', { id: id(), fullName: text() }),
      view('names', { fullName: ViewColumn() }, { expression: 'SELECT "fullName" FROM "user"' }),
    ],
    choices: { rename: ['user.name:fullName'] },
    operations: ['- view names', '~ column user.name → fullName', '+ view names'],
    afterwards: { 'SELECT "fullName" FROM "names"': [{ fullName: 'Ada' }] },
    back: { 'SELECT "name" FROM "names"': [{ name: 'Ada' }] },
  },
  {
    about: 'a renamed column that others are computed from',
    before: [
      entity('user', {
        id: id(),
        price: Column('int'),
        total: Column({ type: 'int', asExpression: '"price" * 2', generatedType: 'STORED', nullable: true }),
      }),
    ],
    rows: [`INSERT INTO "user" ("price") VALUES (4)`],
    after: [
      entity('user', {
        id: id(),
        cost: Column('int'),
        total: Column({ type: 'int', asExpression: '"cost" * 2', generatedType: 'STORED', nullable: true }),
      }),
    ],
    choices: { rename: ['user.price:cost'] },
    operations: ['~ column user.price → cost'],
    afterwards: { 'SELECT "cost", "total" FROM "user"': [{ cost: 4, total: 8 }] },
    back: { 'SELECT "price", "total" FROM "user"': [{ price: 4, total: 8 }] },
  },
  {
    about: 'a renamed enum column: its type and a value of it too, with the default that is that value',
    only: 'postgres',
    before: [
      entity(
        'user',
        { id: id(), role: Column('enum', { enum: ['admin', 'guest'], default: 'guest' }) },
        Check(`"role" <> 'guest' OR "id" > 0`) as ClassDecorator,
      ),
    ],
    rows: [`INSERT INTO "user" DEFAULT VALUES`],
    after: [
      entity(
        'user',
        { id: id(), kind: Column('enum', { enum: ['admin', 'editor', 'visitor'], default: 'visitor' }) },
        Check(`"kind" <> 'visitor' OR "id" > 0`) as ClassDecorator,
      ),
    ],
    choices: { rename: ['user.role:kind', 'user_role_enum.guest:visitor'] },
    operations: [
      '~ column user.role → kind',
      '~ enum user_role_enum → user_kind_enum',
      `~ enum value user_kind_enum 'guest' → 'visitor'`,
      `+ enum value user_kind_enum 'editor' after 'admin'`,
      '~ constraint user CHK_… → CHK_…',
    ],
    afterwards: { 'SELECT kind FROM "user"': [{ kind: 'visitor' }] },
    back: { 'SELECT role FROM "user"': [{ role: 'guest' }] },
  },
  {
    about: 'in a schema of its own: table, column and value',
    only: 'postgres',
    before: [
      entity('user', { id: id(), name: text(), role: Column('enum', { enum: ['a', 'b'] }) }, { schema: 'audit' }),
    ],
    rows: [`INSERT INTO audit."user" (name, role) VALUES ('Ada', 'b')`],
    after: [
      entity(
        'account',
        { id: id(), fullName: text(), role: Column('enum', { enum: ['a', 'c'] }) },
        { schema: 'audit' },
      ),
    ],
    choices: { rename: ['audit.user:account', 'audit.user.name:fullName', 'audit.user_role_enum.b:c'] },
    operations: [
      '~ table audit.user → audit.account',
      '~ column audit.account.name → fullName',
      '~ enum audit.user_role_enum → audit.account_role_enum',
      `~ enum value audit.account_role_enum 'b' → 'c'`,
      '~ constraint audit.account PK_… → PK_…',
    ],
    afterwards: { 'SELECT "fullName", role FROM audit.account': [{ fullName: 'Ada', role: 'c' }] },
    back: { 'SELECT name, role FROM audit."user"': [{ name: 'Ada', role: 'b' }] },
  },
]

/** Refused is what a revision that was not written says. */
async function refused(
  work: Promise<unknown>,
): Promise<{ code: string; exitCode: number; message: string; hint: string }> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AutogenError)) throw error ?? new Error('it was not refused')
  const { code, exitCode, message, hint } = error
  return { code, exitCode, message, hint }
}

describe.each(databases)('on %s', (name, open) => {
  const cleanUps: (() => unknown)[] = []
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  })

  async function begin(): Promise<Story> {
    const database = await open()
    cleanUps.push(database.drop)
    return story(database)
  }

  const fitting = renamings.filter(({ only }) => only === undefined || only === name)

  test.each(fitting.map((one) => [one.about, one] as const))('%s', async (_, renaming) => {
    const { before, rows, after, choices, operations, afterwards, back } = renaming
    const told = await begin()
    await told.become(before)
    const base = await told.typeorm(before)
    for (const sql of rows) await told.sql(sql)

    const written = await told.revision(after, choices)
    // SQLite's primary keys have no names, and its tables no order.
    const expected = operations.filter((line) => name === 'postgres' || !line.includes(' PK_'))
    expect(written?.operations.map(withoutHashes).sort()).toEqual([...expected].sort())
    expect(written?.destructive).toEqual([])
    await told.upgrade()
    expect(await told.check(after)).toEqual([])
    await holds(told, afterwards)
    expect(await told.typeorm(after)).toEqual(await typeormAlone(after))

    await told.downgrade('-1')
    expect(await told.check(before)).toEqual([])
    await holds(told, back)
    // A view comes back as the server printed it, which TypeORM takes for another one.
    if (!operations.some((line) => line.includes('view'))) expect(await told.typeorm(before)).toEqual(base)
  })

  const named = entity('user', { id: id(), name: text() })
  const renamed = entity('user', { id: id(), fullName: text() })
  const nullable = entity('user', { id: id(), fullName: text({ nullable: true }) })
  const unlike = entity('user', { id: id(), logins: Column('int', { default: 0 }) })

  test('L4 what is alike is never renamed by guess, and nothing is written; what is unlike is not even asked about', async () => {
    const told = await begin()
    await told.become([named])
    await told.sql(`INSERT INTO "user" ("name") VALUES ('Ada')`)
    expect(await refused(told.revision([renamed]))).toEqual({
      code: 'unanswered-rename',
      exitCode: 6,
      message: 'user.name is gone and fullName is new: nobody said whether it was renamed.',
      hint: 'Add `--rename user.name:fullName` or `--drop user.name` to the command.',
    })
    expect(told.files()).toHaveLength(1)
    expect(await told.check([renamed])).toEqual([
      '+ column user.fullName varchar(50)',
      '- column user.name varchar(50)',
    ])
    expect((await told.revision([unlike]))?.operations).toEqual([
      '+ column user.logins integer default 0',
      '- column user.name varchar(50)',
    ])
  })

  test('what was dropped is dropped, and the revision says that somebody said so', async () => {
    const told = await begin()
    await told.become([named])
    const written = await told.become([nullable], { drop: ['user.name'] })
    expect(written?.operations).toEqual(['+ column user.fullName varchar(50) null', '- column user.name varchar(50)'])
    expect(written?.destructive).toEqual(['- column user.name varchar(50)'])
    expect(written?.text).toContain(`renames = { 'user.name': null }`)
    expect(await told.check([nullable])).toEqual([])
  })

  test('a callback is asked what nothing else says, and its answer is kept in the revision', async () => {
    const told = await begin()
    await told.become([named])
    const asked: RenameQuestion[] = []
    const answering = (answer: string | null | undefined) => ({
      onRename: (question: RenameQuestion) => {
        asked.push(question)
        return Promise.resolve(answer)
      },
    })
    expect((await refused(told.revision([renamed], answering(undefined)))).code).toBe('unanswered-rename')
    expect(await refused(told.revision([renamed], answering('title')))).toMatchObject({
      exitCode: 2,
      message: 'user.name was said to be title now, but title is not new there.',
    })
    const written = await told.revision([renamed], answering('fullName'))
    expect(written?.operations[0]).toBe('~ column user.name → fullName')
    expect(written?.text).toContain(`renames = { 'user.name': 'fullName' }`)
    const question = { kind: 'column', gone: 'user.name', name: 'name', created: ['fullName'], destructive: true }
    expect(asked).toEqual([question, question, question])
  })

  test('what was typed counts before the settings, those before what pending revisions say, and then nobody is asked', async () => {
    const told = await begin()
    await told.become([named])
    const onRename = (question: RenameQuestion): never => {
      throw new Error(`nobody should be asked about ${question.gone}`)
    }
    const typed = { rename: ['user.name:fullName'], renames: { 'user.name': null }, onRename }
    expect((await told.revision([renamed], typed))?.operations[0]).toBe('~ column user.name → fullName')
    // The database is behind now, and another developer's entities have the new name already.
    expect((await told.check([renamed]))[0]).toBe('~ column user.name → fullName')
    expect((await told.check([renamed], { renames: { 'user.name': null } }))[0]).toBe(
      '+ column user.fullName varchar(50)',
    )
  })

  test.each<[string, Choices, string, string]>([
    [
      'a thing that is not gone',
      { rename: ['user.nam:fullName'] },
      '`--rename user.nam:fullName` fits nothing: what it names is not gone, or nothing new stands in its place.',
      'What is gone: user.name.',
    ],
    [
      'a name that is not new',
      { rename: ['user.name:id'] },
      '`--rename user.name:id` does not fit: id is not new there.',
      'What is new there: fullName.',
    ],
    [
      'a thing without what it is called now',
      { rename: ['user.name'] },
      '`--rename user.name` does not say what it is called now.',
      'Write FROM:TO, such as `--rename user.name:fullName`.',
    ],
    [
      'a second answer to the same',
      { rename: ['user.name:fullName'], drop: ['user.name'] },
      '`--drop user.name` fits nothing: what it names is not gone, or nothing new stands in its place.',
      'What is gone: user.name.',
    ],
  ])('%s in a flag is a mistake', async (_, choices, message, hint) => {
    const told = await begin()
    await told.become([named])
    expect(await refused(told.revision([renamed], choices))).toEqual({ code: 'usage', exitCode: 2, message, hint })
    expect(told.files()).toHaveLength(1)
  })

  test('answers in the settings that are done, or that fit nothing, are left alone', async () => {
    const told = await begin()
    const renames = { 'user.name': 'fullName', 'user.nick': 'alias', 'user.id': null }
    await told.become([named], { renames })
    await told.become([renamed], { renames })
    expect(await told.check([renamed], { renames })).toEqual([])
    expect(await told.revision([renamed], { renames })).toBeUndefined()
  })

  test('what no revision of ours created stays without a question, and is renamed where somebody says so', async () => {
    const told = await begin()
    await told.become([entity('user', { id: id() })])
    await told.sql('ALTER TABLE "user" ADD "name" varchar(50)')
    const asked: boolean[] = []
    const onRename = ({ destructive }: RenameQuestion) => {
      asked.push(destructive)
      return undefined
    }
    expect((await told.revision([nullable], { onRename }))?.operations).toEqual([
      '+ column user.fullName varchar(50) null',
    ])
    expect(asked).toEqual([false])
    expect((await refused(told.revision([nullable], { includeUnmanaged: true }))).code).toBe('not-at-head')
  })

  test('and then keeps what it holds', async () => {
    const told = await begin()
    await told.become([entity('user', { id: id() })])
    await told.sql('ALTER TABLE "user" ADD "name" varchar(50)')
    await told.sql(`INSERT INTO "user" ("name") VALUES ('Ada')`)
    expect((await refused(told.revision([nullable], { includeUnmanaged: true }))).code).toBe('unanswered-rename')
    await told.become([nullable], { rename: ['user.name:fullName'] })
    expect(await told.sql('SELECT "fullName" FROM "user"')).toEqual([{ fullName: 'Ada' }])
    expect(await told.check([nullable])).toEqual([])
  })

  test('M14 a renamed table is asked about before its columns, which are called by its old name', async () => {
    const told = await begin()
    const more = { age: Column('int', { default: 0 }), nick: text({ nullable: true }) }
    await told.become([entity('user', { id: id(), name: text(), ...more })])
    const after = [entity('account', { id: id(), fullName: text(), ...more })]
    const asked: string[] = []
    const written = await told.revision(after, {
      onRename: ({ gone, created }) => {
        asked.push(gone)
        return created[0]
      },
    })
    expect(asked).toEqual(['user', 'user.name'])
    expect(written?.text).toContain(`renames = { user: 'account', 'user.name': 'fullName' }`)
    expect(written?.operations.slice(0, 2)).toEqual(['~ table user → account', '~ column account.name → fullName'])
  })

  test('M14 a table that is dropped and one that is created are so where somebody says it', async () => {
    const told = await begin()
    await told.become([named])
    const account = entity('account', { id: id(), name: text() })
    expect((await refused(told.revision([account]))).hint).toBe(
      'Add `--rename user:account` or `--drop user` to the command.',
    )
    const written = await told.become([account], { drop: ['user'] })
    expect(written?.operations).toEqual(['- table user (2 columns)', '+ table account (2 columns)'])
    expect(await told.check([account])).toEqual([])
  })

  test('columns that swap their names, or take the one of a column that goes, are nobody’s rename', async () => {
    const told = await begin()
    await told.become([entity('user', { id: id(), a: text(), b: Column('int', { default: 0 }) })])
    const swapped = [entity('user', { id: id(), b: text(), a: Column('int', { default: 0 }) })]
    expect((await told.revision(swapped))?.operations).toEqual([
      '~ column user.b integer → varchar(50), default dropped',
      '~ column user.a varchar(50) → integer, default 0',
    ])
  })

  async function typeormAlone(entities: Entities): Promise<string[]> {
    const told = await begin()
    if (name === 'postgres') await told.sql('CREATE SCHEMA IF NOT EXISTS audit')
    await told.synchronize(entities)
    return told.typeorm(entities)
  }
})

/** Names TypeORM makes differ from one version to the other. */
function withoutHashes(line: string): string {
  return line.replace(/[0-9a-f]{26,27}/g, '…')
}

async function holds(told: Story, expected: Renaming['afterwards']): Promise<void> {
  for (const [query, rows] of Object.entries(expected)) expect(await told.sql(query)).toEqual(rows)
}
