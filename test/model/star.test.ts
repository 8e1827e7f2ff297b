import { saysAllColumns } from '../../src/model/star'

test.each([
  'SELECT * FROM person',
  'SELECT DISTINCT * FROM person',
  'SELECT ALL * FROM person',
  'SELECT p.* FROM person p',
  'SELECT "p".* FROM person "p"',
  'SELECT 1 AS one, * FROM person',
  'SELECT DISTINCT ON (lower(name), (id + 1) * 2) * FROM person',
  'SELECT id FROM (SELECT/* all of them */* FROM person) p',
  'WITH p AS (SELECT * FROM person) SELECT id FROM p',
  'TABLE person',
  'WITH p AS (TABLE person) SELECT id FROM p',
  'SELECT 1 UNION ALL TABLE person',
])('says all columns: %s', (sql) => expect(saysAllColumns(sql)).toBe(true))

test.each([
  'SELECT id, (n + 1) * 2 AS d FROM person',
  'SELECT count(*), sum(n) * 2 FROM person',
  "SELECT ', *' AS text FROM person",
  'SELECT id AS ", *" FROM person',
  'SELECT id -- , *\nFROM person',
  'SELECT id /* SELECT * */ FROM person',
  "SELECT 'it''s, *' FROM person",
  'SELECT "table", 2 * id FROM person',
  'SELECT p.table FROM person p',
])('names its columns: %s', (sql) => expect(saysAllColumns(sql)).toBe(false))
