import { AutogenError, FileLoadError, UsageError } from '../../src/errors'
import type { Op } from '../../src/operations/op'
import { cleanError, holdsPassword, withoutPasswords } from '../../src/runtime/passwords'
import { freshPostgres } from '../support/databases'
import { history, world } from './world'

const having = (password: string) => ({ type: 'postgres', password }) as const

describe('a password is taken out of a text', () => {
  test.each([
    [
      'a short one as a word alone',
      'a',
      'database "a" of a user: a=1, (a)',
      'database "***" of *** user: ***=1, (***)',
    ],
    [
      'a short one not inside words',
      'cat',
      'concatenate cats, cat_1, bobcat and cat',
      'concatenate cats, cat_1, bobcat and ***',
    ],
    ['a short one of signs', 'p$.', 'not p$x but p$.', 'not p$x but ***'],
    ['a long one wherever it stands', 'hunter2-secret', 'xhunter2-secretx', 'x***x'],
    ['as a URL spells it', 'p@ss/word', 'in p%40ss%2Fword and p@ss/word', 'in *** and ***'],
    [
      'one that a server has cut off',
      'p@ss/word',
      'row (1, p@ss/w...), p%40ss%2F… but p@s... and pass',
      'row (1, ***...), ***… but p@s... and pass',
    ],
    [
      'one cut off inside a URL, whosever it is',
      'a',
      'row (1, postgres://ann:oth...) of http://here:80/...',
      'row (1, postgres://ann:***...) of http://here:80/...',
    ],
    ['inside a URL, whosever it is', 'a', 'postgres://ann:other@db/shop', 'postgres://ann:***@db/shop'],
  ])('%s', (_, password, text, expected) => {
    expect(withoutPasswords(text, having(password))).toBe(expected)
  })

  test('of a URL, of further ones and of the environment', () => {
    process.env.PGPASSWORD = 'from-the-environment'
    try {
      const text = 'one-secret two-secret from-the-environment'
      const options = { type: 'postgres', url: 'postgres://ann:one-secret@db/shop' } as const
      expect(withoutPasswords(text, options, 'postgres://ann:two-secret@db/scratch')).toBe('*** *** ***')
    } finally {
      delete process.env.PGPASSWORD
    }
  })
})

test.each([
  ['hunter2-secret', "SELECT 'hunter2-secret'", true],
  ["it's-secret-2", "SELECT 'it''s-secret-2'", true],
  ['p@ss/word', "SELECT 'postgres://ann:p%40ss%2Fword@db'", true],
  ['hunter2-secret', "SELECT 'hunter3-secret'", false],
  ['secret1', "SELECT 'secret1'", false],
  ['password', 'ALTER TABLE "user" ADD COLUMN "password" text', false],
  ['app_user', 'GRANT SELECT ON "user" TO app_user', false],
])('of the password %s SQL is asked: %s', (password, sql, holds) => {
  expect(holdsPassword(sql, { type: 'postgres', username: 'app_user', password })).toBe(holds)
})

describe('an error', () => {
  const clean = (message: string) => withoutPasswords(message, having('hunter2-secret'))

  test('stays the same one, without passwords in its texts and in what it carries', () => {
    const driverError = Object.assign(new Error('no hunter2-secret'), { detail: 'hunter2-secret' })
    const error = Object.assign(new Error('said hunter2-secret', { cause: driverError }), {
      query: "SELECT 'hunter2-secret'",
      parameters: ['hunter2-secret', 1],
      driverError,
    })
    expect(cleanError(error, clean)).toBe(error)
    expect(error).toMatchObject({ message: 'said ***', query: "SELECT '***'", driverError: { detail: '***' } })
    for (const text of [error.stack, driverError.stack, driverError.message]) expect(text).not.toContain('hunter2')
    expect(cleanError('thrown hunter2-secret', clean)).toBe('thrown ***')
    expect(cleanError(undefined, clean)).toBeUndefined()
  })

  test('of ours keeps its own words; a URL in it was thrown by a file, or typed', () => {
    const short = (message: string) => withoutPasswords(message, having('a'))
    expect(cleanError(new UsageError('There is a file.', 'Name a file.'), short)).toMatchObject({
      message: 'There is a file.',
      hint: 'Name a file.',
    })
    const thrown = new FileLoadError('ormconfig.js', new Error('bad postgres://ann:secret@db/shop'))
    expect((cleanError(thrown) as AutogenError).message).toContain('postgres://ann:***@db/shop')
    expect(String((thrown.cause as Error).stack)).not.toContain('secret')
  })
})

test('a failed attempt that could not be logged is told without the password', async () => {
  const here = await world(async () => {
    const database = await freshPostgres()
    return { ...database, options: { ...database.options, password: 'hunter2-secret' } }
  })
  await here.upgrade(history({ a: { upgrade: () => {} } }))
  await here.ask(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.status = 'failed' THEN RAISE 'hunter2-secret is not welcome'; END IF; RETURN NEW; END $$`)
  await here.ask('CREATE TRIGGER refuse BEFORE INSERT ON autogen_log FOR EACH ROW EXECUTE FUNCTION refuse()')
  const failing = history({ a: { upgrade: () => {} }, b: { upgrade: (op: Op) => op.execute('SELECT nothing') } })
  const events: unknown[] = []
  await expect(here.upgrade(failing, undefined, { onEvent: (event) => events.push(event) })).rejects.toThrow('nothing')
  expect(JSON.stringify(events)).toContain('The failed attempt could not be logged: *** is not welcome')
  await here.end()
})
