// Pairs that once went wrong, made as small as they could be.
import type { Pair } from '../support/random-entities/edit'
import { noEntities, type ColumnSpec, type Entities, type EntitySpec } from '../support/random-entities/spec'

/** Regression is a pair and what it is about. */
export interface Regression {
  readonly name: string
  readonly pair: Pair
}

const id: ColumnSpec = { property: 'id', role: 'increment' }

const entity = (name: string, columns: readonly ColumnSpec[], parts: Partial<EntitySpec> = {}): EntitySpec => ({
  name,
  table: name.toLowerCase(),
  columns: [id, ...columns],
  relations: [],
  embedded: [],
  indexes: [],
  uniques: [],
  checks: [],
  exclusions: [],
  ...parts,
})
const entities = (...list: EntitySpec[]): Entities => ({ ...noEntities, entities: list })

const regression = (name: string, from: Entities, to: Entities, options: Partial<Pair> = {}): Regression => ({
  name,
  pair: { from, to, renamed: false, names: true, defaultSchema: 'public', bystanders: false, ...options },
})

export const regressions: readonly Regression[] = [
  regression(
    'what is in a schema that no entity names any more goes',
    entities(entity('Alpha', [], { schema: 'audit' })),
    noEntities,
  ),
  regression(
    'what goes from a renamed table goes',
    entities(
      entity('Alpha', [
        { property: 'name', type: 'text' },
        { property: 'state', enum: { values: ['open'] } },
      ]),
    ),
    entities(entity('Alpha', [{ property: 'name', type: 'text' }], { table: 'alphas' })),
    { renamed: true },
  ),
  regression(
    'a computed column goes while what it was computed from has another type',
    entities(
      entity('Alpha', [
        { property: 'state', type: 'text', nullable: true },
        { property: 'x', computed: { of: 'state', form: 1 }, nullable: true },
      ]),
    ),
    entities(entity('Alpha', [{ property: 'state', type: 'int', nullable: true }])),
  ),
  ...(
    [
      ['char(3)', 'varchar(20)', 1],
      ['int', 'numeric', 0],
      ['int', 'text', 0],
      ['varchar(20)', 'text', 2],
    ] as const
  ).map(([from, to, form]) => {
    const condition = { column: 'state', form }
    const parts = {
      checks: [{ name: 'ck', condition }],
      indexes: [{ name: 'ix', columns: ['id'], where: condition }],
    }
    return regression(
      `what is said of a column is the same again when it is ${from} after it was ${to}`,
      entities(
        entity(
          'Alpha',
          [
            { property: 'state', type: from },
            { property: 'x', computed: { of: 'state', form }, nullable: true },
          ],
          parts,
        ),
      ),
      entities(
        entity(
          'Alpha',
          [
            { property: 'state', type: to },
            { property: 'x', computed: { of: 'state', form }, nullable: true },
          ],
          parts,
        ),
      ),
    )
  }),
  regression(
    'a view of all columns has those that come, and not those that go',
    {
      ...entities(entity('Alpha', [{ property: 'name', type: 'text', nullable: true }])),
      views: [{ name: 'ViewOne', view: 'v_one', of: 'Alpha', columns: ['id'], everything: true }],
    },
    {
      ...entities(entity('Alpha', [{ property: 'title', type: 'text', nullable: true }])),
      views: [{ name: 'ViewOne', view: 'v_one', of: 'Alpha', columns: ['id'], everything: true }],
    },
  ),
  ...[true as const, undefined].map((materialized) => {
    const viewed = { name: 'ViewOne', view: 'v_one', of: 'Alpha', columns: ['id'], everything: true as const }
    const views = [{ ...viewed, ...(materialized && { materialized }) }]
    return regression(
      `a${materialized ? ' materialized' : ''} view of all columns is the same again when one that comes back stands last`,
      {
        ...entities(
          entity('Alpha', [
            { property: 'note', type: 'int', nullable: true },
            { property: 'state', type: 'timestamp', nullable: true },
          ]),
        ),
        views,
      },
      { ...entities(entity('Alpha', [{ property: 'state', type: 'timestamp', nullable: true }])), views },
    )
  }),
  regression(
    'a view that is made again in a later part of its migration has what it had',
    {
      ...entities(entity('Alpha', [{ property: 'x', type: 'boolean' }])),
      views: [{ name: 'ViewOne', view: 'v_one', of: 'Alpha', columns: ['id'], everything: true, materialized: true }],
    },
    {
      ...entities(
        entity('Alpha', [
          { property: 'x', type: 'boolean' },
          { property: 'note', type: 'json' },
        ]),
      ),
      views: [{ name: 'ViewOne', view: 'v_one', of: 'Alpha', columns: ['id'], everything: true, materialized: true }],
    },
    { bystanders: true },
  ),
  regression(
    'a default may be an expression with words',
    noEntities,
    entities(entity('Alpha', [{ property: 'flag', type: 'boolean', default: { sql: 'NOT true' } }])),
  ),
]
