import { fc } from '../support/laws'
import {
  leadingWords,
  meaningful,
  postgresTokens,
  splitStatements,
  sqliteTokens,
  tokenize,
} from '../../src/dialects/tokens'

const kinds = (sql: string, rules = postgresTokens) =>
  meaningful(tokenize(sql, rules)).map(({ kind, text }) => `${kind} ${text}`)

test.each([
  [`'it''s' ''`, [`string 'it''s'`, `string ''`]],
  [`E'it\\'s' x`, [`string E'it\\'s'`, 'word x']],
  [`'a\\' b`, [`string 'a\\'`, 'word b']],
  [`U&'\\0041' B'01' X'ff'`, [`string U&'\\0041'`, `string B'01'`, `string X'ff'`]],
  ['$$it; is$$ $a$ $$ $b$ $a$', ['string $$it; is$$', 'string $a$ $$ $b$ $a$']],
  ['a$b$c $1', ['word a$b$c', 'parameter $1']],
  ['"a""b;" "c', ['name "a""b;"', 'name "c']],
  ['a /* b /* c */ d */ e -- f\n g', ['word a', 'word e', 'word g']],
  [
    'a::text[]<@b->>1',
    ['word a', 'symbol ::', 'word text', 'symbol [', 'symbol ]', 'symbol <@', 'word b', 'symbol ->>', 'number 1'],
  ],
  ['1.5e-3 .5 1..2 0xff', ['number 1.5e-3', 'number .5', 'number 1', 'symbol ..', 'number 2', 'number 0xff']],
  ['größe\u00a0x 数', ['word größe\u00a0x', 'word 数']],
  ['a-- b', ['word a']],
  ['a+/* b */c', ['word a', 'symbol +', 'word c']],
])('PostgreSQL reads %s', (sql, expected) => {
  expect(kinds(sql)).toEqual(expected)
})

test.each([
  ['[a b] `c``d` "e"', ['name [a b]', 'name `c``d`', 'name "e"']],
  [`E'a' x'00'`, [`word E`, `string 'a'`, `string x'00'`]],
  ['a /* b /* c */ d', ['word a', 'word d']],
  ['u&"x"', ['word u', 'symbol &', 'name "x"']],
  ['?1 :a @b $c ?', ['parameter ?1', 'parameter :a', 'parameter @b', 'parameter $c', 'parameter ?']],
  ['a||b->>c<=d', ['word a', 'symbol ||', 'word b', 'symbol ->>', 'word c', 'symbol <=', 'word d']],
])('SQLite reads %s', (sql, expected) => {
  expect(kinds(sql, sqliteTokens)).toEqual(expected)
})

const pieces = [
  'a',
  ' ',
  '\n',
  ';',
  "'",
  '"',
  '`',
  '[',
  ']',
  '$',
  '$$',
  '$a$',
  '/*',
  '*/',
  '--',
  'E',
  '\\',
  '(',
  ')',
  '1',
  '.',
  ':',
  '?',
  '💥',
  'CREATE TRIGGER t BEGIN',
  'END',
]

test.each([
  ['postgres', postgresTokens],
  ['sqlite', sqliteTokens],
])('the tokens of any text, joined, are the text: %s', (_, rules) => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces)), (texts) => {
      const sql = texts.join('')
      const tokens = tokenize(sql, rules)
      expect(tokens.map(({ text }) => text).join('')).toBe(sql)
      expect(tokens.every(({ text, start }) => text !== '' && sql.startsWith(text, start))).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
  [';; -- nothing\n ; /* ; */', []],
  [`INSERT INTO t VALUES ('a;b');\n-- why; \nSELECT 2;`, [`INSERT INTO t VALUES ('a;b')`, `-- why; \nSELECT 2`]],
  ['DO $$ BEGIN a; END $$; SELECT 1', ['DO $$ BEGIN a; END $$', 'SELECT 1']],
  [
    'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3',
    ['CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)', 'SELECT 3'],
  ],
  [
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END; SELECT 2',
    ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END', 'SELECT 2'],
  ],
  ['BEGIN; SELECT 1; END', ['BEGIN', 'SELECT 1', 'END']],
])('PostgreSQL splits %s', (sql, expected) => {
  expect(splitStatements(sql, postgresTokens)).toEqual(expected)
})

test.each([
  [
    'CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET x = CASE WHEN 1 THEN 2 END; DELETE FROM u; END; SELECT 1',
    [
      'CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET x = CASE WHEN 1 THEN 2 END; DELETE FROM u; END',
      'SELECT 1',
    ],
  ],
  [
    'create temp trigger if not exists a before update on t when new.end > 1 begin select 1; end ; select 2;',
    ['create temp trigger if not exists a before update on t when new.end > 1 begin select 1; end', 'select 2'],
  ],
  ['CREATE TABLE trigger_x (a); BEGIN; COMMIT', ['CREATE TABLE trigger_x (a)', 'BEGIN', 'COMMIT']],
  ['SELECT [a;b], `c;d`; SELECT 2', ['SELECT [a;b], `c;d`', 'SELECT 2']],
])('SQLite splits %s', (sql, expected) => {
  expect(splitStatements(sql, sqliteTokens)).toEqual(expected)
})

test('the leading words of a statement are found behind comments', () => {
  expect(leadingWords('/* x */ create Unique -- y\n index "a"', postgresTokens, 5)).toEqual([
    'CREATE',
    'UNIQUE',
    'INDEX',
  ])
})
