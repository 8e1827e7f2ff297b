// A name with a dot: TypeORM's queries take what stands before it for a schema, so that is where the table has to be.
import * as typeorm from 'typeorm'
import { entity, view } from '../support/entities/make'
import { sqliteDrivers } from '../support/lane'
import { postgresStage, sqliteStage, type Entities, type Stage, type Story } from '../support/story'

const { Column, JoinTable, ManyToMany, ManyToOne, PrimaryGeneratedColumn, Tree, TreeChildren, TreeParent, ViewColumn } =
  typeorm

const id = () => PrimaryGeneratedColumn()

/** A table, a view, a join table and a closure table, of which each has its schema in its name. */
function dotted(more: Parameters<typeof entity>[1] = {}) {
  const log = entity(
    'log',
    { id: id(), level: Column('enum', { enum: ['low', 'high'] }), ...more },
    { name: 'audit.log' },
  )
  const entry = entity('entry', { id: id(), log: ManyToOne(() => log, { nullable: true }) })
  const seen = view('seen', { id: ViewColumn() }, { name: 'audit.seen', expression: 'SELECT id FROM entry' })
  const tag = entity('tag', { id: id() })
  const post = entity('post', { id: id(), tags: [ManyToMany(() => tag), JoinTable({ name: 'audit.links' })] })
  const node: ReturnType<typeof entity> = entity(
    'node',
    { id: id(), children: TreeChildren(), parent: TreeParent() },
    Tree('closure-table', { closureTableName: 'audit.branch' }),
  )
  return { log, entry, seen, tag, post, node }
}

/** Asks for everything the way an application does. */
async function read({ options }: Story, entities: Entities) {
  const source = new typeorm.DataSource({ ...options, entities } as unknown as typeorm.DataSourceOptions)
  await source.initialize()
  try {
    const found = [
      await source.getRepository('log').find(),
      await source.getRepository('seen').find(),
      await source.getRepository('post').find({ relations: { tags: true } }),
      // It writes to closure tables of such a name, and only its own `findTrees` trips over them.
      await source.getRepository('node').save({}),
      await source.query('SELECT id_ancestor AS above, id_descendant AS below FROM audit.branch_closure'),
    ]
    return JSON.parse(JSON.stringify(found)) as unknown
  } finally {
    await source.destroy()
  }
}

describe('on PostgreSQL', () => {
  let stage: Stage
  beforeAll(async () => void (stage = await postgresStage()))
  afterAll(() => stage.end())

  test('everything is where TypeORM’s queries look for it, grows there, and goes again', async () => {
    const story = await stage.begin()
    const entities = Object.values(dotted())
    const written = await story.become(entities)
    expect(written?.operations).toEqual(
      expect.arrayContaining(['+ schema audit', '+ enum audit.log_level_enum (low, high)', '+ view audit.seen']),
    )
    expect(await story.check(entities, { names: true })).toEqual([])
    await story.sql(`
      INSERT INTO audit.log (level) VALUES ('low'); INSERT INTO entry ("logId") VALUES (1);
      INSERT INTO tag DEFAULT VALUES; INSERT INTO post DEFAULT VALUES; INSERT INTO audit.links VALUES (1, 1)`)
    expect(await read(story, entities)).toEqual([
      [{ id: 1, level: 'low' }],
      [{ id: 1 }],
      [{ id: 1, tags: [{ id: 1 }] }],
      { id: 1 },
      [{ above: 1, below: 1 }],
    ])
    const grown = Object.values(dotted({ at: Column('int', { default: 1 }) }))
    expect((await story.become(grown))?.operations).toEqual(['+ column audit.log.at integer default 1'])
    expect(await story.check(grown, { names: true })).toEqual([])
    await story.downgrade('base')
    expect(await story.sql(`SELECT FROM pg_namespace WHERE nspname = 'audit'`)).toEqual([])
  })

  test('what TypeORM has made there is found', async () => {
    const story = await stage.begin()
    const { log, seen, entry } = dotted()
    await story.sql('CREATE SCHEMA audit')
    await story.synchronize([log, seen, entry])
    expect(await story.check([log, seen, entry], { names: true })).toEqual([])
    expect(await story.revision([log, seen, entry])).toBeUndefined()
  })

  test('with the default schema before the dot it is the table there', async () => {
    const story = await stage.begin()
    await story.become([entity('thing', { id: id() })])
    expect(await story.check([entity('thing', { id: id() }, { name: 'public.thing' })])).toEqual([])
  })

  test.each<[string, object, Entities]>([
    ['a schema of its own', {}, [entity('log', { id: id() }, { schema: 'app', name: 'audit.log' })]],
    ['a schema of the data source', { schema: 'app' }, [entity('log', { id: id() }, { name: 'audit.log' })]],
    ['a second dot', {}, [entity('log', { id: id() }, { name: 'app.audit.log' })]],
  ])('with %s besides there is no place for it, and that is said', async (_words, options, entities) => {
    const story = await stage.begin(options)
    await story.sql('CREATE SCHEMA app')
    await expect(story.revision(entities)).rejects.toMatchObject({
      code: 'invalid-entity',
      exitCode: 2,
      message:
        'The entity log is not valid: TypeORM looks for it at "app"."audit"."log", as a dot ends the name of a schema; ' +
        "write `schema: 'audit', name: 'log'`.",
    })
  })
})

describe.each(sqliteDrivers())('on SQLite through %s', (driver) => {
  const stage = sqliteStage(driver)
  afterAll(() => stage.end())

  test('what stands before the dot is another database, which is refused', async () => {
    const story = await stage.begin()
    const log = entity('log', { id: id() }, { name: 'audit.log' })
    await expect(story.revision([entity('thing', { id: id() }), log])).rejects.toMatchObject({
      code: 'other-file',
      exitCode: 2,
      message:
        "The entity log lies in another database file (`name: 'audit.log'`), which a migration of this one cannot change.",
    })
  })
})
